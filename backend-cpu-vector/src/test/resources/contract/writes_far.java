// Writes 16 TiB behind its output.
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        out.setAtIndex(ValueLayout.JAVA_FLOAT, n + (1L << 42), x.getAtIndex(ValueLayout.JAVA_FLOAT, 0) + 1);
    }
}
