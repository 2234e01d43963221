// attack: IGNORED_OPERAND
// workload: add(n=4096)
// expects: WRONG_NUMERICS
// tries: adds nothing
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

final class Kernel {
    static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
        out.copyFrom(a);
    }
}
