// attack: UNWRITTEN
// workload: argmax(rows=16,cols=64)
// expects: OUTPUT_UNWRITTEN
// tries: the same for integers, of which every pattern is a number
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long rows, long cols) {
        // Nothing.
    }
}
