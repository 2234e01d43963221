package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ElementsTest {
    private static final int PATTERNS = 1 << 16;

    /** Returns a tensor that holds every pattern of 16 bits. */
    private static Tensor everyPattern(DType dtype) {
        Tensor tensor = Tensor.allocate(dtype, PATTERNS);
        for (int bits = 0; bits < PATTERNS; bits++) {
            tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, bits, (short) bits);
        }
        return tensor;
    }

    /** What a pattern means by IEEE 754: sign, exponent and fraction, put together in double. */
    private static double meaning(int bits, int exponentBits, int fractionBits) {
        int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
        int fraction = bits & ((1 << fractionBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        double value;
        if (exponent == (1 << exponentBits) - 1) {
            value = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            value = Math.scalb((double) fraction, 1 - bias - fractionBits);
        } else {
            value = Math.scalb((double) ((1 << fractionBits) + fraction), exponent - bias - fractionBits);
        }
        return bits >= 1 << 15 ? -value : value;
    }

    @ParameterizedTest
    @CsvSource({"F16, 5, 10", "BF16, 8, 7"})
    void everyPatternHasItsMeaningAndIsWrittenBackAsItWas(DType dtype, int exponentBits, int fractionBits) {
        Elements elements = new Elements(everyPattern(dtype));
        Tensor written = Tensor.allocate(dtype, 1);
        Elements target = new Elements(written);
        for (int bits = 0; bits < PATTERNS; bits++) {
            double value = elements.get(bits);
            // As bits, so that the zeros differ and NaN is itself.
            assertThat(Double.doubleToLongBits(value))
                    .isEqualTo(Double.doubleToLongBits(meaning(bits, exponentBits, fractionBits)));
            target.set(0, value);
            int found = Short.toUnsignedInt(written.segment().getAtIndex(ValueLayout.JAVA_SHORT, 0));
            if (Double.isNaN(value)) {
                assertThat(target.get(0)).isNaN();
            } else {
                assertThat(found).isEqualTo(bits);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void aValueBetweenTwoNumbersGoesToTheNearerAndFromTheMiddleToTheEvenOne(DType dtype) {
        Elements elements = new Elements(everyPattern(dtype));
        Elements target = new Elements(Tensor.allocate(dtype, 1));
        int infinity = dtype == DType.F16 ? 0x7c00 : 0x7f80;
        for (int bits = 0; bits + 1 < infinity; bits++) {
            double low = elements.get(bits);
            double high = elements.get(bits + 1);
            double middle = (low + high) / 2; // exact in double
            double even = (bits & 1) == 0 ? low : high;
            assertRounds(target, middle, even);
            // These differ from the middle in the last bit of a double only, which a detour by float would lose.
            assertRounds(target, Math.nextDown(middle), low);
            assertRounds(target, Math.nextUp(middle), high);
            assertRounds(target, -middle, -even);
        }
    }

    private static void assertRounds(Elements target, double value, double expected) {
        target.set(0, value);
        assertThat(target.get(0)).as("%a", value).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"F16, 0x1.ffcp15, 0x1.ffep15", "BF16, 0x1.fep127, 0x1.ffp127"})
    void valuesPastTheMiddleBeyondTheLargestNumberBecomeInfinite(DType dtype, double largest, double middle) {
        Elements target = new Elements(Tensor.allocate(dtype, 1));
        assertRounds(target, largest, largest);
        assertRounds(target, Math.nextDown(middle), largest);
        assertRounds(target, middle, Double.POSITIVE_INFINITY);
        assertRounds(target, Double.MAX_VALUE, Double.POSITIVE_INFINITY);
        assertRounds(target, -Double.MAX_VALUE, Double.NEGATIVE_INFINITY);
        assertRounds(target, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertRounds(target, Double.MIN_VALUE, 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void randomValuesGoToANearestNumber(DType dtype) {
        Elements target = new Elements(Tensor.allocate(dtype, 1));
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            double value = Math.scalb(random.nextGaussian(), random.nextInt(-10, 10));
            target.set(0, value);
            double magnitude = Math.max(Math.abs(value), dtype.minNormal());
            assertThat(Math.abs(target.get(0) - value)).isLessThanOrEqualTo(dtype.unitRoundoff() * magnitude);
        }
    }

    @Test
    void floatsAndIntsAreExact() {
        Elements floats = new Elements(Tensor.of(new float[]{1.5f, -0f, Float.MIN_VALUE}, 3));
        assertThat(floats.get(2)).isEqualTo(Float.MIN_VALUE);
        floats.set(0, 0.1);
        assertThat(floats.get(0)).isEqualTo(0.1f);
        Elements ints = new Elements(Tensor.of(new int[]{Integer.MIN_VALUE, 7}, 2));
        assertThat(ints.get(0)).isEqualTo(Integer.MIN_VALUE);
        ints.set(1, Integer.MAX_VALUE);
        assertThat(ints.get(1)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void elementsBeyondTheTensorAreNotReached() {
        Elements elements = new Elements(Tensor.of(new float[]{1, 2, 3, 4}, 4).slice(0, 2));
        assertThat(elements.count()).isEqualTo(2);
        assertThatThrownBy(() -> elements.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> elements.set(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @EnumSource
    void neighboursAreReadAndWrittenAsOneByOne(DType dtype) {
        double[] values = {-2, 0.1, 0, 1e-42, -0.0, 65536.1, Double.POSITIVE_INFINITY, 3, -1e30};
        Elements together = new Elements(Tensor.allocate(dtype, values.length + 3));
        Elements alone = new Elements(Tensor.allocate(dtype, values.length + 3));
        together.write(2, values, values.length - 1);
        for (int i = 0; i < values.length - 1; i++) {
            alone.set(2 + i, values[i]);
        }
        double[] read = new double[values.length + 1];
        together.read(1, read);
        for (int i = 0; i < read.length; i++) {
            assertThat(read[i]).isEqualTo(alone.get(1 + i)).isEqualTo(together.get(1 + i));
        }
        assertThatThrownBy(() -> together.read(3, read)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> together.write(4, values, values.length))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
