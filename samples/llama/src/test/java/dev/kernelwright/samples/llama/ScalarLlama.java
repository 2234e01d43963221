package dev.kernelwright.samples.llama;

/**
 * The forward pass of a Llama model as its papers write it, over a whole text at once, in plain loops and in double:
 * what {@link LlamaModel}, which goes token by token with a cache, is compared with.
 */
final class ScalarLlama {
    private final SyntheticModel model;
    private final ModelShape shape;

    ScalarLlama(SyntheticModel model) {
        this.model = model;
        this.shape = model.shape;
    }

    /** Returns the logits after the last token of a text. */
    double[] logits(int... tokens) {
        double[][] x = new double[tokens.length][shape.dim()];
        for (int t = 0; t < tokens.length; t++) {
            for (int d = 0; d < shape.dim(); d++) {
                x[t][d] = model.embedding[tokens[t]][d];
            }
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            double[][] attended = attention(x, layer);
            for (int t = 0; t < x.length; t++) {
                x[t] = sum(x[t], attended[t]);
                x[t] = sum(x[t], feedForward(x[t], layer));
            }
        }
        return times(model.classifier, norm(x[x.length - 1], model.finalNorm));
    }

    private double[][] attention(double[][] x, int layer) {
        double[][] queries = new double[x.length][];
        double[][] keys = new double[x.length][];
        double[][] values = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] normed = norm(x[t], model.weights("attention_norm", layer)[0]);
            queries[t] = rotate(times(model.weights("wq", layer), normed), t);
            keys[t] = rotate(times(model.weights("wk", layer), normed), t);
            values[t] = times(model.weights("wv", layer), normed);
        }
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] heads = new double[shape.dim()];
            for (int h = 0; h < shape.heads(); h++) {
                attend(queries[t], keys, values, t, h, heads);
            }
            out[t] = times(model.weights("wo", layer), heads);
        }
        return out;
    }

    private void attend(double[] query, double[][] keys, double[][] values, int last, int head, double[] out) {
        int size = shape.headDim();
        int q = head * size;
        int kv = head * shape.kvHeads() / shape.heads() * size;
        double[] weights = new double[last + 1];
        double total = 0;
        for (int t = 0; t <= last; t++) {
            double dot = 0;
            for (int d = 0; d < size; d++) {
                dot += query[q + d] * keys[t][kv + d];
            }
            weights[t] = Math.exp(dot / Math.sqrt(size));
            total += weights[t];
        }
        for (int t = 0; t <= last; t++) {
            for (int d = 0; d < size; d++) {
                out[q + d] += weights[t] / total * values[t][kv + d];
            }
        }
    }

    /** Turns each neighbouring pair, as a complex number, by its angle. */
    private double[] rotate(double[] heads, int position) {
        double[] turned = new double[heads.length];
        for (int i = 0; i < heads.length; i += 2) {
            double angle = position / Math.pow(10_000, (double) (i % shape.headDim()) / shape.headDim());
            turned[i] = heads[i] * Math.cos(angle) - heads[i + 1] * Math.sin(angle);
            turned[i + 1] = heads[i] * Math.sin(angle) + heads[i + 1] * Math.cos(angle);
        }
        return turned;
    }

    private double[] feedForward(double[] x, int layer) {
        double[] normed = norm(x, model.weights("ffn_norm", layer)[0]);
        double[] gate = times(model.weights("w1", layer), normed);
        double[] up = times(model.weights("w3", layer), normed);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        return times(model.weights("w2", layer), gate);
    }

    private static double[] norm(double[] x, float[] weight) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i] * weight[i] / Math.sqrt(squares / x.length + 1e-5);
        }
        return out;
    }

    private static double[] times(float[][] matrix, double[] x) {
        double[] out = new double[matrix.length];
        for (int row = 0; row < out.length; row++) {
            for (int i = 0; i < x.length; i++) {
                out[row] += matrix[row][i] * x[i];
            }
        }
        return out;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            out[i] = a[i] + b[i];
        }
        return out;
    }
}
