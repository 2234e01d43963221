// Does not compile, for two reasons.
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        out.setAtIndex(ValueLayout.JAVA_FLOAT, 0, first_missing);
        out.setAtIndex(ValueLayout.JAVA_FLOAT, 1, second_missing);
    }
}
