package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoisonTest {
    /** Many times as many as there are patterns of 22 bits or fewer, so that one that can occur does. */
    private static final long ELEMENTS = 1L << 26;

    /** The NaNs that x86, ARM and NVIDIA's GPUs make of numbers, in each type. */
    @ParameterizedTest
    @CsvSource({"F32, 7fc00000", "F32, ffc00000", "F32, 7fffffff", "F16, 7e00", "F16, fe00", "F16, 7fff",
            "BF16, 7fc0", "BF16, ffc0", "BF16, 7fff"})
    void aNanThatArithmeticMakesIsNeverPoison(DType dtype, String nan) {
        Poison poison = new Poison(dtype, new SecretSequence(7));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment results = arena.allocate(ELEMENTS * dtype.byteSize());
            int bits = Integer.parseUnsignedInt(nan, 16);
            for (long i = 0; i < ELEMENTS; i++) {
                if (dtype == DType.F32) {
                    results.setAtIndex(ValueLayout.JAVA_INT, i, bits);
                } else {
                    results.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) bits);
                }
                if (poison.isIn(results, i)) {
                    throw new AssertionError("the poison of element " + i + " is " + nan);
                }
            }
        }
    }

    @Test
    void whatIsPoisonedIsSeenToBeAndWhatIsWrittenIsNot() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment output = arena.allocate(400);
            Poison poison = new Poison(DType.F32, new SecretSequence(8));
            poison.fill(output, 0, 100);
            output.setAtIndex(ValueLayout.JAVA_FLOAT, 50, 1f);
            for (int i = 0; i < 100; i++) {
                assertThat(poison.isIn(output, i)).as("element %s", i).isEqualTo(i != 50);
                assertThat(Float.isNaN(output.getAtIndex(ValueLayout.JAVA_FLOAT, i))).isEqualTo(i != 50);
            }
        }
    }
}
