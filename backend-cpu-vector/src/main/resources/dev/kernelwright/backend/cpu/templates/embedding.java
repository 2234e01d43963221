// embedding: out[r, d] = table[ids[r], d], a block of rows at a time.
//
// @parameter ROWS_PER_BLOCK 16 1 4 64 256
// @require ROWS_PER_BLOCK == 16 || rows > ROWS_PER_BLOCK / 4
// @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

final class Embedding {
    static final int ROWS_PER_BLOCK = 16;
    static final int DIM = 0;

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    static void run(int block, MemorySegment ids, MemorySegment table, MemorySegment out, long rows, long vocab,
            long dimArgument) {
        int dim = DIM != 0 ? DIM : (int) dimArgument;
        long end = Math.min(rows, (block + 1L) * ROWS_PER_BLOCK);
        for (long row = (long) block * ROWS_PER_BLOCK; row < end; row++) {
            int id = ids.getAtIndex(ValueLayout.JAVA_INT, row);
            // A wrong id becomes an offset at which the bounds check of the first load throws.
            copy(table, id >= 0 && id < vocab ? 4L * id * dim : -1, out, 4 * row * dim, dim);
        }
    }

    static void copy(MemorySegment table, long from, MemorySegment out, long to, int dim) {
        int whole = SPECIES.loopBound(dim);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromMemorySegment(SPECIES, table, from + i * 4L, ORDER)
                    .intoMemorySegment(out, to + i * 4L, ORDER);
        }
        if (whole < dim) {
            copyTail(table, from + whole * 4L, out, to + whole * 4L, dim - whole);
        }
    }

    static void copyTail(MemorySegment table, long from, MemorySegment out, long to, int count) {
        VectorMask<Float> inside = SPECIES.indexInRange(0, count);
        FloatVector.fromMemorySegment(SPECIES, table, from, ORDER, inside).intoMemorySegment(out, to, ORDER, inside);
    }
}
