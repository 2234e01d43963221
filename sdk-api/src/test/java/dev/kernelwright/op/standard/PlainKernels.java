package dev.kernelwright.op.standard;

/**
 * The ops as one would first write them, in f32 and one element after the other, to be judged by the ops' bounds.
 *
 * <p>Honest as {@link #HONEST}; the others have a fault that a bound must see.
 *
 * @param precision the type in which sums and intermediate results are kept
 * @param exponential how the exponential is computed
 * @param dropped how many terms at the end are left out of each sum
 */
record PlainKernels(Precision precision, Exponential exponential, int dropped) {
    static final PlainKernels HONEST = new PlainKernels(Precision.F32, Exponential.ROUNDED, 0);

    /** With sums that are kept in bf16. */
    static final PlainKernels BF16_SUMS = new PlainKernels(Precision.BF16, Exponential.ROUNDED, 0);

    /** With sums that are kept in f16. */
    static final PlainKernels F16_SUMS = new PlainKernels(Precision.F16, Exponential.ROUNDED, 0);

    /** Without the last term of each sum. */
    static final PlainKernels DROPS_A_TERM = new PlainKernels(Precision.F32, Exponential.ROUNDED, 1);

    /** Honest with another exponential. */
    static PlainKernels with(Exponential exponential) {
        return new PlainKernels(Precision.F32, exponential, 0);
    }

    enum Precision {
        F32, F16, BF16;

        float keep(float value) {
            return switch (this) {
                case F32 -> value;
                case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
                case BF16 -> {
                    int bits = Float.floatToRawIntBits(value);
                    yield Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
                }
            };
        }
    }

    enum Exponential {
        /** To the nearest float. */
        ROUNDED,
        /** Up to four units in the last place off, in a direction that changes from argument to argument. */
        FOUR_ULP,
        /** A power of two, the argument times log2(e) rounded: what GPUs have an instruction for. */
        POWER_OF_TWO;

        private static final float LOG2_E = (float) (1 / Math.log(2));

        float exp(float x) {
            return switch (this) {
                case ROUNDED -> (float) Math.exp(x);
                case FOUR_ULP -> {
                    float exact = (float) Math.exp(x);
                    yield exact + 4 * Math.ulp(exact) * ((Float.floatToRawIntBits(x) & 1) == 0 ? 1 : -1);
                }
                case POWER_OF_TWO -> (float) Math.pow(2, x * LOG2_E);
            };
        }
    }

    float[] add(float[] a, float[] b) {
        float[] out = new float[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = precision.keep(a[i] + b[i]);
        }
        return out;
    }

    float[] mul(float[] a, float[] b) {
        float[] out = new float[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = precision.keep(a[i] * b[i]);
        }
        return out;
    }

    float[] siluMul(float[] gate, float[] up) {
        float[] out = new float[gate.length];
        for (int i = 0; i < out.length; i++) {
            float e = precision.keep(exponential.exp(-gate[i]));
            out[i] = gate[i] / (dropped == 0 ? 1 + e : e) * up[i];
        }
        return out;
    }

    /** The dropped term is the cubic one. */
    float[] gelu(float[] x) {
        float[] out = new float[x.length];
        for (int i = 0; i < out.length; i++) {
            float cubic = dropped == 0 ? 0.044715f * x[i] * x[i] * x[i] : 0;
            float tanh = precision.keep((float) Math.tanh(0.7978846f * (x[i] + cubic)));
            out[i] = 0.5f * x[i] * (1 + tanh);
        }
        return out;
    }

    float[] sum(float[] x, int rows, int cols) {
        float[] out = new float[rows];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols - dropped; c++) {
                out[r] = precision.keep(out[r] + x[r * cols + c]);
            }
        }
        return out;
    }

    float[] softmax(float[] x, int rows, int cols) {
        float[] out = new float[rows * cols];
        for (int r = 0; r < rows; r++) {
            softmaxRow(x, out, r * cols, cols, cols - dropped);
        }
        return out;
    }

    private void softmaxRow(float[] x, float[] out, int start, int cols, int summed) {
        float max = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < cols; c++) {
            max = Math.max(max, x[start + c]);
        }
        float sum = 0;
        for (int c = 0; c < cols; c++) {
            out[start + c] = exponential.exp(x[start + c] - max);
            if (c < summed) {
                sum = precision.keep(sum + out[start + c]);
            }
        }
        float inverse = 1 / sum;
        for (int c = 0; c < cols; c++) {
            out[start + c] *= inverse;
        }
    }

    float[] rmsNorm(float[] x, float[] weight, int rows, int cols, float eps) {
        float[] out = new float[rows * cols];
        for (int r = 0; r < rows; r++) {
            float squares = 0;
            for (int c = 0; c < cols - dropped; c++) {
                squares = precision.keep(squares + x[r * cols + c] * x[r * cols + c]);
            }
            float scale = 1 / (float) Math.sqrt(squares / cols + eps);
            for (int c = 0; c < cols; c++) {
                out[r * cols + c] = x[r * cols + c] * scale * weight[c];
            }
        }
        return out;
    }

    float[] layerNorm(float[] x, float[] weight, float[] bias, int rows, int cols, float eps) {
        float[] out = new float[rows * cols];
        for (int r = 0; r < rows; r++) {
            float sum = 0;
            for (int c = 0; c < cols - dropped; c++) {
                sum = precision.keep(sum + x[r * cols + c]);
            }
            float mean = sum / cols;
            float squares = 0;
            for (int c = 0; c < cols; c++) {
                squares = precision.keep(squares + (x[r * cols + c] - mean) * (x[r * cols + c] - mean));
            }
            float scale = 1 / (float) Math.sqrt(squares / cols + eps);
            for (int c = 0; c < cols; c++) {
                out[r * cols + c] = (x[r * cols + c] - mean) * scale * weight[c] + bias[c];
            }
        }
        return out;
    }

    float[] matMul(float[] a, float[] b, int m, int n, int k) {
        float[] out = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k - dropped; p++) {
                for (int j = 0; j < n; j++) {
                    out[i * n + j] = precision.keep(out[i * n + j] + a[i * k + p] * b[p * n + j]);
                }
            }
        }
        return out;
    }

    /** Half-split, one row for each position; the dropped term is the sine's. */
    float[] rope(float[] x, float[] cos, float[] sin, int rows, int heads, int headDim) {
        float[] out = new float[x.length];
        int pairs = headDim / 2;
        for (int r = 0; r < rows; r++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < pairs; i++) {
                    int at = (r * heads + h) * headDim + i;
                    float c = cos[r * pairs + i];
                    float s = dropped == 0 ? sin[r * pairs + i] : 0;
                    out[at] = precision.keep(x[at] * c) - x[at + pairs] * s;
                    out[at + pairs] = precision.keep(x[at + pairs] * c) + x[at] * s;
                }
            }
        }
        return out;
    }

    /** One head, not causal; the dropped term is the last key's. */
    float[] attention(float[] q, float[] k, float[] v, int qLen, int ctx, int headDim) {
        float[] out = new float[qLen * headDim];
        int keys = ctx - dropped;
        float[] weights = new float[keys];
        float scale = 1 / (float) Math.sqrt(headDim);
        for (int i = 0; i < qLen; i++) {
            for (int j = 0; j < keys; j++) {
                float score = 0;
                for (int d = 0; d < headDim; d++) {
                    score = precision.keep(score + q[i * headDim + d] * k[j * headDim + d]);
                }
                weights[j] = score * scale;
            }
            softmaxRow(weights, weights, 0, keys, keys);
            for (int j = 0; j < keys; j++) {
                for (int d = 0; d < headDim; d++) {
                    out[i * headDim + d] = precision.keep(out[i * headDim + d] + weights[j] * v[j * headDim + d]);
                }
            }
        }
        return out;
    }
}
