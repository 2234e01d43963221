package dev.kernelwright.samples.llama;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The sizes of a Llama model, as the header of a llama2.c checkpoint gives them.
 *
 * @param dim the width of the residual stream
 * @param hiddenDim the width of the feed-forward layer
 * @param layers the number of transformer blocks
 * @param heads the number of query heads
 * @param kvHeads the number of key and value heads, of which each serves {@code heads / kvHeads} query heads
 * @param vocabSize the number of tokens
 * @param positions the longest text the model takes, in tokens
 * @param tiedClassifier whether the classifier is the token embedding
 */
record ModelShape(int dim, int hiddenDim, int layers, int heads, int kvHeads, int vocabSize, int positions,
        boolean tiedClassifier) {
    /** Seven 32-bit integers. */
    static final long HEADER_BYTES = 7L * Integer.BYTES;

    /** The first four bytes of the later versions of the format, "ak42". */
    private static final int LATER_VERSION_MAGIC = 0x616b3432;
    /** Above every Llama that there is, and small enough that no product of sizes here leaves 63 bits. */
    private static final int MAX_LAYERS = 1 << 12;
    private static final int MAX_EXTENT = 1 << 20;

    /**
     * Reads the header of a checkpoint and checks that the file is as large as it says.
     *
     * @param path where the file is, for the message
     */
    static ModelShape read(MemorySegment file, Path path) throws IOException {
        if (file.byteSize() < HEADER_BYTES) {
            throw new IOException("the checkpoint " + path + " has " + file.byteSize() + " bytes, fewer than its header"
                    + " of " + HEADER_BYTES + ": get it again");
        }
        int[] header = file.asSlice(0, HEADER_BYTES).toArray(ModelFile.INT);
        if (header[0] == LATER_VERSION_MAGIC) {
            throw new IOException("the checkpoint " + path + " is of version " + header[1] + " of llama2.c's format,"
                    + " but this program reads version 0: export it with --version 0");
        }
        // A negative vocabulary says that the classifier has weights of its own.
        ModelShape shape = new ModelShape(header[0], header[1], header[2], header[3], header[4], Math.abs(header[5]),
                header[6], header[5] > 0);
        if (!shape.isPlausible()) {
            throw new IOException("the checkpoint " + path + " begins with " + shape
                    + ", which no Llama model has: pass a checkpoint that llama2.c's export.py wrote");
        }
        if (file.byteSize() != shape.fileBytes()) {
            throw new IOException("the checkpoint " + path + " has " + file.byteSize() + " bytes, but its header, "
                    + shape + ", asks for " + shape.fileBytes()
                    + ": get it again, it was cut off or is something else");
        }
        return shape;
    }

    private boolean isPlausible() {
        for (int extent : new int[]{dim, hiddenDim, heads, kvHeads, vocabSize, positions}) {
            if (extent < 1 || extent > MAX_EXTENT) {
                return false;
            }
        }
        return layers >= 1 && layers <= MAX_LAYERS && dim % heads == 0 && heads % kvHeads == 0 && headDim() % 2 == 0;
    }

    /** Returns the width of one head. */
    int headDim() {
        return dim / heads;
    }

    /** Returns the width of all key heads together, and of all value heads. */
    int kvDim() {
        return kvHeads * headDim();
    }

    /** Returns the size of the checkpoint's file. */
    long fileBytes() {
        long embedding = (long) vocabSize * dim;
        long attention = 2L * dim * dim + 2L * kvDim() * dim;
        long feedForward = 3L * hiddenDim * dim;
        long layer = 2L * dim + attention + feedForward;
        // Two tables for RoPE, which are not used, stand before the classifier.
        long ropeTables = (long) positions * headDim();
        long classifier = tiedClassifier ? 0 : embedding;
        return HEADER_BYTES + Float.BYTES * (embedding + layers * layer + dim + ropeTables + classifier);
    }

    /** Returns the sizes under their names in llama2.c. */
    @Override
    public String toString() {
        return "dim=" + dim + " hidden_dim=" + hiddenDim + " n_layers=" + layers + " n_heads=" + heads + " n_kv_heads="
                + kvHeads + " vocab_size=" + vocabSize + " seq_len=" + positions;
    }
}
