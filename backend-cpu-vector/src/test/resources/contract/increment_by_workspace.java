// Adds 1 to what the first step has put into the workspace in the opposite order.
//
// @step turn grid=ceil_div(n,1024)
// @step add grid=ceil_div(n,1024)
// @workspace 4 * n
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

final class Kernel {
    static void turn(int block, MemorySegment x, MemorySegment out, MemorySegment w, long n) {
        for (long i = 1024L * block; i < Math.min(n, 1024L * block + 1024); i++) {
            w.setAtIndex(ValueLayout.JAVA_FLOAT, n - 1 - i, x.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
    }

    static void add(int block, MemorySegment x, MemorySegment out, MemorySegment w, long n) {
        for (long i = 1024L * block; i < Math.min(n, 1024L * block + 1024); i++) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, i, w.getAtIndex(ValueLayout.JAVA_FLOAT, n - 1 - i) + 1);
        }
    }
}
