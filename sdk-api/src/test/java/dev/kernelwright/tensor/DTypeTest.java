package dev.kernelwright.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
    @ParameterizedTest
    @EnumSource
    void theNameIsReadBackAsTheType(DType dtype) {
        assertThat(DType.parse(dtype.id())).isSameAs(dtype);
        assertThat(dtype).hasToString(dtype.id());
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> DType.parse("F32")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown dtype 'F32': use one of f32, f16, bf16, i32");
    }

    @ParameterizedTest
    @CsvSource({"F32, 24, -126", "F16, 11, -14", "BF16, 8, -126"})
    void roundoffAndSmallestNormalAreThoseOfTheFormat(DType dtype, int significandBits, int minExponent) {
        assertThat(dtype.unitRoundoff()).isEqualTo(Math.scalb(1.0, -significandBits));
        assertThat(dtype.minNormal()).isEqualTo(Math.scalb(1.0, minExponent));
        assertThat(dtype.isFloat()).isTrue();
    }

    @Test
    void integersAreExactAndNotFloats() {
        assertThat(DType.I32.unitRoundoff()).isZero();
        assertThat(DType.I32.isFloat()).isFalse();
        assertThat(DType.I32.byteSize()).isEqualTo(4);
    }
}
