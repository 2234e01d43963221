// Adds 1, a block for every 1024 elements.
//
// @step run grid=ceil_div(n,1024)
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        for (long i = 1024L * block; i < Math.min(n, 1024L * block + 1024); i++) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, i, x.getAtIndex(ValueLayout.JAVA_FLOAT, i) + 1);
        }
    }
}
