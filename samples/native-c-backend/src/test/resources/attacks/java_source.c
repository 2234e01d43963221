// attack: MALFORMED_SOURCE
// workload: gelu(n=4096)
// expects: COMPILE_ERROR
// tries: is a kernel for another backend
//
// @step run grid=1
final class Kernel {
    static void run(int block, MemorySegment x, MemorySegment out, long n) {
        out.setAtIndex(JAVA_FLOAT, 0, x.getAtIndex(JAVA_FLOAT, 0));
    }
}
