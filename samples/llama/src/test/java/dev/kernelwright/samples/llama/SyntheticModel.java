package dev.kernelwright.samples.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** A Llama model with random weights, and its file. A matrix is {@code [out][in]}. */
final class SyntheticModel {
    final ModelShape shape;
    final float[][] embedding;
    final float[][] classifier;
    final float[] finalNorm;
    /** The matrices, or the norm's weights as a matrix of one row, of each layer under their names in llama2.c. */
    private final Map<String, float[][][]> layers = new HashMap<>();
    private final Random random;

    SyntheticModel(ModelShape shape, long seed) {
        this.shape = shape;
        this.random = new Random(seed);
        this.embedding = matrix(shape.vocabSize(), shape.dim(), 0);
        this.classifier = shape.tiedClassifier() ? embedding : matrix(shape.vocabSize(), shape.dim(), 0);
        this.finalNorm = matrix(1, shape.dim(), 1)[0];
        addLayers("attention_norm", 1, shape.dim(), 1);
        addLayers("wq", shape.dim(), shape.dim(), 0);
        addLayers("wk", shape.kvDim(), shape.dim(), 0);
        addLayers("wv", shape.kvDim(), shape.dim(), 0);
        addLayers("wo", shape.dim(), shape.dim(), 0);
        addLayers("ffn_norm", 1, shape.dim(), 1);
        addLayers("w1", shape.hiddenDim(), shape.dim(), 0);
        addLayers("w2", shape.dim(), shape.hiddenDim(), 0);
        addLayers("w3", shape.hiddenDim(), shape.dim(), 0);
    }

    private void addLayers(String name, int rows, int cols, float mean) {
        float[][][] all = new float[shape.layers()][][];
        for (int i = 0; i < all.length; i++) {
            all[i] = matrix(rows, cols, mean);
        }
        layers.put(name, all);
    }

    private float[][] matrix(int rows, int cols, float mean) {
        float[][] matrix = new float[rows][cols];
        for (float[] row : matrix) {
            for (int c = 0; c < cols; c++) {
                row[c] = mean + 0.5f * (float) random.nextGaussian();
            }
        }
        return matrix;
    }

    float[][] weights(String name, int layer) {
        return layers.get(name)[layer];
    }

    /** Writes the checkpoint as the README of llama2.c's format has it. */
    Path write(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : new int[]{shape.dim(), shape.hiddenDim(), shape.layers(), shape.heads(), shape.kvHeads(),
                shape.tiedClassifier() ? shape.vocabSize() : -shape.vocabSize(), shape.positions()}) {
            buffer.putInt(value);
        }
        put(embedding, buffer);
        for (String name : new String[]{"attention_norm", "wq", "wk", "wv", "wo", "ffn_norm", "w1", "w2", "w3"}) {
            for (float[][] layer : layers.get(name)) {
                put(layer, buffer);
            }
        }
        put(new float[][]{finalNorm}, buffer);
        // The two tables that nobody reads, made such that reading them would show.
        for (int i = 0; i < shape.positions() * shape.headDim(); i++) {
            buffer.putFloat(Float.NaN);
        }
        if (!shape.tiedClassifier()) {
            put(classifier, buffer);
        }
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return Files.write(file, bytes);
    }

    private static void put(float[][] matrix, ByteBuffer buffer) {
        for (float[] row : matrix) {
            for (float value : row) {
                buffer.putFloat(value);
            }
        }
    }
}
