// Never ends.
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        while (n >= 0) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, 0, x.getAtIndex(ValueLayout.JAVA_FLOAT, 0) + 1);
        }
    }
}
