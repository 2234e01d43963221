package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.Verification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
    private static final KernelKey KEY = Records.key("rms_norm@1");

    @Test
    void everyFieldOfATunedRecordSurvives() throws Exception {
        TuningRecord record = Records.tuned(KEY);
        Records.assertSame(RecordCodec.decode(RecordCodec.encode(record)), record);
    }

    @Test
    void aRecordWithoutAKernelATimingOrAnExpirySurvives() throws Exception {
        TuningRecord record = Records.untuned(KEY);
        TuningRecord read = RecordCodec.decode(RecordCodec.encode(record));
        Records.assertSame(read, record);
        assertThat(read.kernel()).isNull();
        assertThat(read.expires()).isNull();
        assertThat(read.evaluation().worstErrorRatio()).isNaN();
    }

    @Test
    void everyReasonAndEveryKindOfNumberSurvives() throws Exception {
        double[] numbers = {0.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, Math.nextUp(0.1), 1e21, Double.NaN,
                Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (ReasonCode reason : ReasonCode.values()) {
            for (double number : numbers) {
                Timing timing = new Timing(number, number, number, number, number, number, Integer.MAX_VALUE);
                TuningRecord record = with(new Evaluation(reason, "expected 2", "not 2", number, timing, null, number,
                        new Verification("", List.of(), Long.MAX_VALUE, number, number, number, "")));
                Records.assertSame(RecordCodec.decode(RecordCodec.encode(record)), record);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u0000\u0001\u001f\u007f\u0085", "\r\n\t\\\"/", "\u2028\u2029\ufeff", "é漢字",
            "😀", "</script>", "null"})
    void everyTextSurvivesWhereverItStands(String text) throws Exception {
        KernelSource source = new KernelSource(text, text, Records.plan(text, "1"), Map.of(text, 1L));
        TuningRecord record = new TuningRecord(KEY, Records.TARGET,
                new TuningRecord.Kernel(source, new KernelBinary(text, new byte[0], source.plan(), text)),
                Evaluation.rejected(ReasonCode.CRASHED, text), Map.of(text, text), Records.CREATED, null);
        Records.assertSame(RecordCodec.decode(RecordCodec.encode(record)), record);
    }

    /** Source that was cut between the two halves of a character is no UTF-8, but it is what was verified. */
    @Test
    void halfACharacterSurvives() throws Exception {
        TuningRecord record = Records.tuned(KEY, "\ud83d alone, \ude00 alone, \ude00\ud83d turned round, \ud83d");
        Records.assertSame(RecordCodec.decode(RecordCodec.encode(record)), record);
    }

    @Test
    void theLargestSourceAndABinaryOfEightMebibytesSurvive() throws Exception {
        KernelSource source = new KernelSource("c", "é".repeat(KernelSource.MAX_CHARS), Records.PLAN, Map.of());
        byte[] code = new byte[8 * 1024 * 1024];
        for (int i = 0; i < code.length; i++) {
            code[i] = (byte) (i * 31);
        }
        TuningRecord record = Records.withKernel(KEY,
                new TuningRecord.Kernel(source, new KernelBinary("cubin", code, Records.PLAN, "")));
        TuningRecord read = RecordCodec.decode(RecordCodec.encode(record));
        assertThat(read.kernel().source().text()).isEqualTo(source.text());
        assertThat(read.kernel().binary().bytes()).isEqualTo(code);
    }

    @Test
    void aPlanOfManyStepsAndAnotherPlanOfTheBinarySurvive() throws Exception {
        Expression size = Expression.parse("rows * 4");
        LaunchPlan other = new LaunchPlan(List.of(
                new LaunchPlan.Step("partial", List.of(size, size, size), List.of(size, size, size), size),
                new LaunchPlan.Step("finish", List.of(size), List.of(), Expression.constant(0))), size);
        KernelSource source = new KernelSource("cuda", "", Records.PLAN, Map.of());
        TuningRecord record = Records.withKernel(KEY,
                new TuningRecord.Kernel(source, new KernelBinary("cubin", new byte[1], other, "")));
        TuningRecord read = RecordCodec.decode(RecordCodec.encode(record));
        Records.assertSame(read, record);
        assertThat(read.kernel().source().plan()).isEqualTo(Records.PLAN);
        assertThat(read.kernel().binary().plan()).isEqualTo(other);
    }

    @Test
    void aFileOfFormatVersionOneStillReads() throws Exception {
        TuningRecord now = Records.tuned(KEY);
        Evaluation evaluation = now.evaluation();
        TuningRecord then = new TuningRecord(now.key(), now.target(), now.kernel(),
                new Evaluation(evaluation.reason(), evaluation.message(), evaluation.worstErrorRatio(),
                        withoutInterval(evaluation.kernel()), withoutInterval(evaluation.baseline()),
                        evaluation.floorNanos(), null),
                now.provenance(), now.created(), now.expires());
        Records.assertSame(RecordCodec.decode(golden(1)), then);
    }

    private static Timing withoutInterval(Timing timing) {
        return new Timing(timing.medianNanos(), timing.minNanos(), timing.lowNanos(), timing.highNanos(), Double.NaN,
                Double.NaN, timing.samples());
    }

    @Test
    void theSameRecordStillGivesTheSameFile() throws Exception {
        TuningRecord old = Records.madeWithDriver(KEY, "12.4");
        KernelBinary binary = old.kernel().binary();
        TuningRecord record = new TuningRecord(old.key(), old.target(),
                new TuningRecord.Kernel(old.kernel().source(), new KernelBinary(binary.format(), binary.bytes(),
                        binary.plan(), binary.log(), List.of(new KernelResources("run", 32, 0, 16, 256)))),
                old.evaluation(), old.provenance(), old.created(), old.expires());
        Records.assertSame(RecordCodec.decode(golden(3)), record);
        assertThat(RecordCodec.decode(golden(3)).kernel().binary().resources())
                .isEqualTo(record.kernel().binary().resources());
        TuningRecord withBaseline = new TuningRecord(record.key(), record.target(), record.kernel(),
                record.evaluation(), record.provenance(), record.created(), record.expires(),
                new KernelBinary("cubin", new byte[]{1, 2, 3}, binary.plan(), ""));
        assertThat(new String(RecordCodec.encode(withBaseline), StandardCharsets.UTF_8))
                .isEqualTo(new String(golden(4), StandardCharsets.UTF_8));
        Records.assertSame(RecordCodec.decode(golden(4)), withBaseline);
    }

    @Test
    void aFileOfFormatVersionTwoStillReads() throws Exception {
        Records.assertSame(RecordCodec.decode(golden(2)), Records.madeWithDriver(KEY, "12.4"));
    }

    @Test
    void theDigestIsOfAllLinesButTheLastTwo() throws Exception {
        String file = new String(golden(1), StandardCharsets.UTF_8);
        List<String> lines = file.lines().toList();
        String before = String.join("\n", lines.subList(0, lines.size() - 2)) + "\n";
        assertThat(lines.get(lines.size() - 2).strip())
                .isEqualTo("\"sha256\": \"" + KernelKey.sha256(before.getBytes(StandardCharsets.UTF_8)) + "\"");
    }

    @Test
    void aRecordThatIsTooLargeIsNotWritten() {
        KernelSource source = new KernelSource("c", "", Records.PLAN, Map.of());
        TuningRecord record = Records.withKernel(KEY, new TuningRecord.Kernel(source,
                new KernelBinary("cubin", new byte[13 * 1024 * 1024], Records.PLAN, "")));
        assertThatExceptionOfType(RecordFormatException.class).isThrownBy(() -> RecordCodec.encode(record))
                .withMessageContaining("at most " + RecordCodec.MAX_BYTES + " are allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a=b", "a\nb"})
    void aKeyWhoseTextCouldBeReadInTwoWaysIsNotWritten(String name) {
        TuningRecord record = Records.untuned(new KernelKey(Map.of(name, "1")));
        assertThatExceptionOfType(RecordFormatException.class).isThrownBy(() -> RecordCodec.encode(record))
                .withMessageContaining("does not fit on a line");
    }

    private static TuningRecord with(Evaluation evaluation) {
        return new TuningRecord(KEY, Records.TARGET, null, evaluation, Map.of(), Records.CREATED, null);
    }

    /** Returns the file as it was written when a format version was new; it is never written again. */
    private static byte[] golden(int version) throws IOException {
        try (InputStream in = RecordCodecTest.class.getResourceAsStream("record-v" + version + ".json")) {
            return in.readAllBytes();
        }
    }
}
