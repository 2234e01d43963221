// attack: UNWRITTEN
// workload: gelu(n=4096)
// expects: OUTPUT_UNWRITTEN
// tries: hopes that memory still holds the results of another kernel
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        // Nothing.
    }
}
