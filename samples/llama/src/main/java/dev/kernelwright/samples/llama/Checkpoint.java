package dev.kernelwright.samples.llama;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model as llama2.c writes it (version 0): its sizes and its weights. A matrix is {@code [out, in]}.
 *
 * @param shape the sizes
 * @param embedding the token embedding, {@code [vocab, dim]}
 * @param layers the weights of each block
 * @param finalNorm the weights of the last norm, {@code [dim]}
 * @param classifier from the residual stream to the logits, {@code [vocab, dim]}; often the embedding itself
 */
record Checkpoint(ModelShape shape, Tensor embedding, List<LayerWeights> layers, Tensor finalNorm, Tensor classifier) {
    /** Copies the list. */
    Checkpoint {
        layers = List.copyOf(layers);
    }

    /** The weights of one block, under their names in llama2.c. */
    record LayerWeights(Tensor attentionNorm, Tensor wq, Tensor wk, Tensor wv, Tensor wo, Tensor ffnNorm, Tensor w1,
            Tensor w2, Tensor w3) {
        private LayerWeights on(Placement placement) {
            return new LayerWeights(placement.copyOf(attentionNorm), placement.copyOf(wq), placement.copyOf(wk),
                    placement.copyOf(wv), placement.copyOf(wo), placement.copyOf(ffnNorm), placement.copyOf(w1),
                    placement.copyOf(w2), placement.copyOf(w3));
        }
    }

    /** Copies the weights to where a model runs. */
    Checkpoint on(Placement placement) {
        Tensor copiedEmbedding = placement.copyOf(embedding);
        return new Checkpoint(shape, copiedEmbedding, layers.stream().map(layer -> layer.on(placement)).toList(),
                placement.copyOf(finalNorm), shape.tiedClassifier() ? copiedEmbedding : placement.copyOf(classifier));
    }

    /**
     * Loads a checkpoint.
     *
     * @throws IOException if it cannot be read or is not a checkpoint; the message is one sentence
     */
    static Checkpoint load(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = ModelFile.map(path, "checkpoint", arena);
            ModelShape shape = ModelShape.read(file, path);
            return new WeightReader(file).read(shape);
        }
    }

    /**
     * Takes the weights one after the other.
     *
     * <p>They are copied, not used in place: a copy begins at a multiple of 64 bytes, where vectors are loaded fastest,
     * while the header puts every tensor of the file 28 bytes off.
     */
    private static final class WeightReader {
        private final MemorySegment file;
        private long offset = ModelShape.HEADER_BYTES;

        WeightReader(MemorySegment file) {
            this.file = file;
        }

        Checkpoint read(ModelShape shape) {
            int layers = shape.layers();
            int dim = shape.dim();
            int hiddenDim = shape.hiddenDim();
            Tensor embedding = next(shape.vocabSize(), dim);
            Tensor attentionNorm = next(layers, dim);
            Tensor wq = next(layers, dim, dim);
            Tensor wk = next(layers, shape.kvDim(), dim);
            Tensor wv = next(layers, shape.kvDim(), dim);
            Tensor wo = next(layers, dim, dim);
            Tensor ffnNorm = next(layers, dim);
            Tensor w1 = next(layers, hiddenDim, dim);
            Tensor w2 = next(layers, dim, hiddenDim);
            Tensor w3 = next(layers, hiddenDim, dim);
            Tensor finalNorm = next(dim);
            skipRopeTables(shape);
            Tensor classifier = shape.tiedClassifier() ? embedding : next(shape.vocabSize(), dim);
            List<LayerWeights> perLayer = IntStream.range(0, layers)
                    .mapToObj(i -> new LayerWeights(entry(attentionNorm, i), entry(wq, i), entry(wk, i), entry(wv, i),
                            entry(wo, i), entry(ffnNorm, i), entry(w1, i), entry(w2, i), entry(w3, i)))
                    .toList();
            return new Checkpoint(shape, embedding, perLayer, finalNorm, classifier);
        }

        private Tensor next(long... dims) {
            Tensor tensor = Tensor.allocate(DType.F32, dims);
            MemorySegment.copy(file, ModelFile.FLOAT, offset, tensor.segment(), ValueLayout.JAVA_FLOAT, 0,
                    tensor.elementCount());
            offset += tensor.byteSize();
            return tensor;
        }

        /** Cosines and sines of early versions; they are computed today. */
        private void skipRopeTables(ModelShape shape) {
            offset += Tensor.byteSize(DType.F32, shape.positions(), shape.headDim());
        }

        private static Tensor entry(Tensor stacked, int index) {
            long[] shape = stacked.shape();
            return stacked.slice(index, 1).reshape(Arrays.copyOfRange(shape, 1, shape.length));
        }
    }
}
