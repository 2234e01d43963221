package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordDamageTest {
    private static final KernelKey KEY = Records.key("softmax@1");
    /** Enough to take every branch of the readers some hundred times. */
    private static final int MUTATIONS = 4_000;

    private byte[] file;

    @BeforeEach
    void writeARecord() throws RecordFormatException {
        file = RecordCodec.encode(Records.tuned(KEY));
    }

    @Test
    void everyFlippedBitIsRefused() {
        for (int i = 0; i < file.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = file.clone();
                damaged[i] ^= (byte) (1 << bit);
                assertRefused(damaged);
            }
        }
    }

    /** Without the digest, many of the same flips would give another record: other code, another key, another time. */
    @Test
    void withoutTheDigestManyFlippedBitsWouldPass() throws RecordFormatException {
        int passed = 0;
        for (int i = 0; i < file.length - RecordEnvelope.seal(new byte[2]).length; i++) {
            byte[] damaged = file.clone();
            damaged[i] ^= 1;
            try {
                // With a digest that fits it is as if none were looked at.
                RecordCodec.decode(Records.sign(damaged));
                passed++;
            } catch (RecordFormatException e) {
                // The reader of members has noticed by itself.
            }
        }
        assertThat(passed).isGreaterThan(100);
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < file.length; length++) {
            assertRefused(Arrays.copyOf(file, length));
        }
    }

    @Test
    void whateverIsAddedInFrontOrBehindIsRefused() {
        for (String added : new String[]{" ", "\n", "\0", "{}", "\ufeff"}) {
            String text = new String(file, StandardCharsets.UTF_8);
            assertRefused((added + text).getBytes(StandardCharsets.UTF_8));
            assertRefused((text + added).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSoundRecordOfANewerVersionIsToldFromADamagedOne() throws Exception {
        byte[] newer = Records.signed(file, "\"formatVersion\": " + RecordCodec.FORMAT_VERSION + ",\n",
                "\"formatVersion\": " + (RecordCodec.FORMAT_VERSION + 1) + ",\n  \"new\": [[0]],\n");
        assertThat(refusal(newer).isNewerVersion()).isTrue();
        newer[newer.length / 2] ^= 1;
        assertThat(refusal(newer).isNewerVersion()).isFalse();
    }

    /** Each with a digest that fits, so that it is the reader of members that refuses. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"ACCEPTED\" | \"SPLENDID\" | evaluation.reason is 'SPLENDID', which is not known",
            "\"ACCEPTED\" | \"A\\nB\" | evaluation.reason is 'A B', which is not known",
            "\"EXACT\" | \"exact\" | target[0].match is 'exact', which is not known",
            "\"format\": \"class\" | \"form\": \"class\" | kernel.binary.format is missing",
            "\"samples\": 50 | \"samples\": 50, \"more\": 1 | kernel has 'more', which does not belong there",
            "\"samples\": 50 | \"samples\": 5.5 | samples is 5.5: it must be a whole number",
            "\"samples\": 50 | \"samples\": -1 | samples is -1: it must be a whole number of at least 0",
            "\"samples\": 50 | \"samples\": 50, \"samples\": 50 | Duplicate field 'samples'",
            "\"medianNanos\": 2400.0 | \"medianNanos\": \"2400\" | medianNanos is text: it must be a number",
            "\"medianNanos\": 2400.0 | \"medianNanos\": 1e999 | it must be a number",
            "\"medianNanos\": 2400.0 | \"medianNanos\": NaN | is not the JSON that is asked for",
            "\"UNROLL\": 4 | \"UNROLL\": 9223372036854775808 | it must be a whole number of at most 64 bits",
            "\"UNROLL\": 4 | \"UNROLL\": \"4\" | kernel.source.parameters.UNROLL is text",
            "\"dtype\": \"f32\" | \"dtype\": 32 | the record's key.dtype is 32: it must be text",
            "\"dtype\": \"f32\" | \"a=b\": \"f32\" | does not fit on a line",
            "\"dtype\": \"f32\" | \"a\": \"f32\\nb=1\" | does not fit on a line",
            "\"name\": \"isa\" | \"name\": \"backend\" | two fields of one name",
            "\"plan\": \"same-as-source\" | \"plan\": \"another\" | kernel.binary.plan is text: it must be an object",
            "\"ceil_div(rows, 4)\" | \"ceil_div(rows)\" | grid[0] cannot be read: the expression",
            "\"block\": [] | \"block\": [\"1\",\"1\",\"1\",\"1\"] | 4 block dimensions",
            "\"block\": [] | \"block\": {} | steps[0].block is an object: it must be a list",
            "\"base64\": \" | \"base64\": \"* | kernel.binary.base64 is not base64",
            "\"created\": \"2026-03-01 | \"created\": \"2026-02-30 | created is '2026-02-30T",
            "\"candidates\": \"12\" | \"candidates\": null | provenance.candidates is null: it must be text",
            "\"candidates\": \"12\" | \"c\": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]] | nesting depth",
    })
    void aMemberThatIsNotAsItMustBeIsNamed(String from, String to, String complaint) {
        assertThat(refusal(Records.signed(file, from, to))).hasMessageContaining(complaint);
    }

    @Test
    void aRecordThatIsNotInUtf8IsRefused() {
        byte[] damaged = file.clone();
        damaged[new String(file, StandardCharsets.ISO_8859_1).indexOf("rows")] = (byte) 0xFF;
        assertThat(refusal(Records.sign(damaged))).hasMessageContaining("not in UTF-8");
    }

    @Test
    void anotherJsonFileWithADigestIsRefused() {
        assertThat(refusal(Records.signed(file, "kernelwright-record", "kernelwright-recipe")))
                .hasMessageContaining("does not begin with the format");
    }

    @Test
    void aFileThatIsTooLargeIsRefusedBeforeItIsRead() {
        assertThat(refusal(new byte[RecordCodec.MAX_BYTES + 1])).hasMessageContaining("at most");
    }

    @Test
    void noRandomChangeGivesAnythingButTheRecordOrARefusal() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = mutate(file, random);
            try {
                TuningRecord read = RecordCodec.decode(mutated);
                assertThat(mutated).isEqualTo(file);
                Records.assertSame(read, Records.tuned(KEY));
            } catch (RecordFormatException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
    }

    /** The reader of members must hold by itself: whoever can write a file can write its digest. */
    @Test
    void noRandomChangeWithAFittingDigestGivesAnythingButARecordOrARefusal() throws RecordFormatException {
        SplittableRandom random = new SplittableRandom(2);
        int read = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = mutate(file, random);
            if (mutated.length < 100) {
                continue;
            }
            TuningRecord record;
            try {
                record = RecordCodec.decode(Records.sign(mutated));
            } catch (RecordFormatException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
                continue;
            }
            Records.assertSame(RecordCodec.decode(RecordCodec.encode(record)), record);
            read++;
        }
        // Otherwise nothing was tried but the first check.
        assertThat(read).isBetween(MUTATIONS / 100, MUTATIONS - 1);
    }

    private static byte[] mutate(byte[] file, SplittableRandom random) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + random.nextInt(1, 40));
        String changed = switch (random.nextInt(6)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, end) + text.substring(at);
            case 2 -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
            case 3 -> text.substring(0, at) + "{}[]\",:0-1e.ntf\\ \n".charAt(random.nextInt(18)) + text.substring(at);
            case 4 -> {
                int from = random.nextInt(text.length());
                yield text.substring(0, at) + text.substring(from, Math.min(text.length(), from + 20))
                        + text.substring(end);
            }
            default -> text.substring(0, at) + (char) random.nextInt(' ', 127) + text.substring(at + 1);
        };
        return changed.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void assertRefused(byte[] damaged) {
        assertThatExceptionOfType(RecordFormatException.class).isThrownBy(() -> RecordCodec.decode(damaged));
    }

    private static RecordFormatException refusal(byte[] damaged) {
        RecordFormatException refusal = catchThrowableOfType(RecordFormatException.class,
                () -> RecordCodec.decode(damaged));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).doesNotContain("\n");
        return refusal;
    }
}
