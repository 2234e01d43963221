package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelSignatureTest {
    private static final KernelSignature MATMUL = StandardOps.catalog()
            .parse("matmul(m=1..16,n=32,k=64,transpose_b=1)", DType.BF16).signature();

    @Test
    void itsTextIsReadBackAsAnEqualSignature() {
        KernelSignature read = StandardOps.catalog().parse(MATMUL.toString(), DType.BF16).signature();
        assertThat(read).isEqualTo(MATMUL).hasToString("matmul(m=1..16,n=32,k=64,transpose_b=1)");
    }

    @Test
    void shapesFollowAxesAndAttributes() {
        BufferSpec b = MATMUL.inputs().get(1);
        assertThat(MATMUL.shape(b, new long[]{4, 32, 64})).containsExactly(32, 64);
        KernelSignature plain = StandardOps.catalog().parse("matmul(m=1,n=32,k=64)", DType.F32).signature();
        assertThat(plain.shape(plain.inputs().get(1), plain.maxAxes())).containsExactly(64, 32);
    }

    @Test
    void aRangeMakesItAClass() {
        assertThat(MATMUL.isFixed()).isFalse();
        assertThat(MATMUL.minAxes()).containsExactly(1, 32, 64);
        assertThat(MATMUL.maxAxes()).containsExactly(16, 32, 64);
        assertThat(MATMUL.axisNames()).containsExactly("m", "n", "k");
        assertThat(StandardOps.catalog().parse("add(n=4)", DType.F32).signature().isFixed()).isTrue();
    }

    @Test
    void totalBytesAreThoseOfEveryBuffer() {
        // a[4, 64], b[32, 64], out[4, 32] in bf16.
        assertThat(MATMUL.totalBytes(new long[]{4, 32, 64})).isEqualTo(2 * (4 * 64 + 32 * 64 + 4 * 32));
        KernelSignature embedding = StandardOps.catalog().parse("embedding(rows=3,vocab=5,dim=7)", DType.F16)
                .signature();
        // The ids stay i32.
        assertThat(embedding.totalBytes(embedding.maxAxes())).isEqualTo(3 * 4 + 2 * (5 * 7 + 3 * 7));
    }

    @Test
    void anExpressionMayUseAxesAndAttributesAndNothingElse() {
        assertThat(MATMUL.evaluate(Expression.parse("m * n + transpose_b"), new long[]{2, 3, 4})).isEqualTo(7);
        assertThatThrownBy(() -> MATMUL.evaluate(Expression.parse("rows + 1"), new long[]{2, 3, 4}))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("the expression 'rows + 1' uses 'rows', but"
                        + " matmul has the axes [m, n, k] and the attributes [transpose_b]");
    }

    @Test
    void anExpressionOverAFractionIsRefused() {
        KernelSignature norm = StandardOps.catalog().parse("rms_norm(rows=1,cols=8)", DType.F32).signature();
        assertThatThrownBy(() -> norm.evaluate(Expression.parse("eps * 2"), norm.maxAxes()))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("the expression 'eps * 2' uses 'eps', which is"
                        + " 1.0E-5 in rms_norm(rows=1,cols=8,eps=1.0E-5): give a whole number");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-0.0, 0", "1, 1", "-3, -3", "0.5, 0.5", "1e-5, 1.0E-5", "123456789, 123456789",
            "999999999999999, 999999999999999", "1e15, 1.0E15", "0.1, 0.1", "1e300, 1.0E300"})
    void attributesAreWrittenSoThatTheyAreReadBackExactly(double value, String text) {
        assertThat(KernelSignature.formatAttribute(value)).isEqualTo(text);
        assertThat(Double.parseDouble(text)).isEqualTo(value + 0.0);
    }
}
