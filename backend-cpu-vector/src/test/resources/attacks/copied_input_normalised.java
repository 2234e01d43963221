// attack: COPIED_INPUT
// workload: rms_norm(rows=8,cols=512)
// expects: WRONG_NUMERICS
// tries: normal data is normalised already
//
// @step run grid=1
package dev.kernelwright.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment weight, MemorySegment out, long rows, long cols) {
        out.copyFrom(x);
    }
}
