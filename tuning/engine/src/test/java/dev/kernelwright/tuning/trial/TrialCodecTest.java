package dev.kernelwright.tuning.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.tuning.fake.TestOps;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrialCodecTest {
    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writing.to(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static DataInputStream reading(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    @Test
    void aSignatureIsReadAsItWasWritten() throws IOException {
        for (KernelSignature signature : List.of(TestOps.ranged().signature(), TestOps.gather().signature())) {
            byte[] bytes = written(out -> TrialCodec.writeSignature(out, signature));
            assertThat(TrialCodec.readSignature(reading(bytes))).isEqualTo(signature);
        }
    }

    @Test
    void aBinaryIsReadAsItWasWrittenButForTheCompilersLog() throws IOException {
        LaunchPlan plan = new LaunchPlan(List.of(
                new LaunchPlan.Step("first", List.of(Expression.parse("ceil_div(rows, 4)")),
                        List.of(Expression.constant(32), Expression.constant(2)), Expression.parse("4 * cols")),
                new LaunchPlan.Step("second", List.of(Expression.constant(1)), List.of(), Expression.constant(0),
                        List.of(Expression.constant(2)), true)),
                Expression.parse("rows * 8"), List.of(new LaunchPlan.TensorMap("x", List.of(Expression.parse("cols")),
                        List.of(Expression.constant(64)), Expression.constant(128))));
        byte[] bytes = written(out -> TrialCodec.writeBinary(out,
                new KernelBinary("class", new byte[]{1, 2, 3}, plan, "a long log")));
        KernelBinary read = TrialCodec.readBinary(reading(bytes));
        assertThat(read.format()).isEqualTo("class");
        assertThat(read.bytes()).containsExactly(1, 2, 3);
        assertThat(read.plan()).isEqualTo(plan);
        assertThat(read.log()).isEmpty();
    }

    @Test
    void aTimingRequestIsReadAsItWasWritten() throws IOException {
        BufferLayout layout = BufferLayout.of(TestOps.fixed().signature(), new long[]{8, 64}, 96, () -> 3);
        TimingRequest request = new TimingRequest(4, 2, new long[]{8, 64}, layout, 3, 5_000, 0.5, 200_000, 21,
                9_000);
        TimingRequest read = TrialCodec
                .readTimingRequest(reading(written(out -> TrialCodec.writeTimingRequest(out, request))));
        assertThat(read).usingRecursiveComparison().isEqualTo(request);
    }

    @Test
    void timesAreReadAsTheyWereWritten() throws IOException {
        TrialTimes times = new TrialTimes(new double[]{1.5, 2.5}, new double[]{3});
        assertThat(TrialCodec.readTimes(reading(written(out -> TrialCodec.writeTimes(out, times)))))
                .usingRecursiveComparison().isEqualTo(times);
    }

    @Test
    void timesThatNoClockGivesAreRefused() throws IOException {
        for (double time : new double[]{0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            byte[] bytes = written(out -> TrialCodec.writeTimes(out,
                    new TrialTimes(new double[]{time}, new double[0])));
            assertThatThrownBy(() -> TrialCodec.readTimes(reading(bytes))).isInstanceOf(IOException.class)
                    .hasMessageContaining("a time of " + time);
        }
        byte[] none = written(out -> TrialCodec.writeTimes(out, new TrialTimes(new double[0], new double[]{1})));
        assertThatThrownBy(() -> TrialCodec.readTimes(reading(none))).hasMessage("no times were received");
    }

    @Test
    void aCountBeyondItsLimitIsRefusedBeforeAnythingOfThatSizeIsAllocated() throws IOException {
        for (int count : new int[]{Integer.MAX_VALUE, 1_025, -1}) {
            byte[] bytes = written(out -> out.writeInt(count));
            assertThatThrownBy(() -> TrialCodec.readAxes(reading(bytes))).isInstanceOf(IOException.class)
                    .hasMessageContaining("a count of " + count);
            assertThatThrownBy(() -> TrialCodec.readTimes(reading(bytes))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aBinaryThatIsTooLargeIsRefusedByTheWriter() {
        KernelBinary binary = new KernelBinary("class", new byte[TrialCodec.MAX_BINARY_BYTES + 1],
                new LaunchPlan(List.of(new LaunchPlan.Step("run", List.of(Expression.constant(1)), List.of(),
                        Expression.constant(0))), Expression.constant(0)),
                "");
        assertThatThrownBy(() -> written(out -> TrialCodec.writeBinary(out, binary)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 67108864");
    }

    @Test
    void whateverIsMadeOfAFrameItIsReadOrRefusedAndNothingElse() throws IOException {
        byte[] good = written(out -> TrialCodec.writeSignature(out, TestOps.gather().signature()));
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                TrialCodec.readSignature(reading(bytes));
            } catch (IOException | IllegalArgumentException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(3_000);
    }
}
