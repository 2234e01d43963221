package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClEvent.NONE;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The first device of this machine, in a context of its own with a queue that takes times. */
final class TestDevice implements AutoCloseable {
    static final String ADD = """
            kernel void add(global const float* a, global const float* b, global float* c, float scale, int n) {
                int i = get_global_id(0);
                if (i < n) {
                    c[i] = a[i] + scale * b[i];
                }
            }
            """;

    final Arena arena = Arena.ofShared();
    final long platform;
    final long device;
    final long context;
    final long queue;
    final MemorySegment scratch = arena.allocate(Long.BYTES, Long.BYTES);

    private TestDevice(long platform, long device) {
        this.platform = platform;
        this.device = device;
        context = ClContext.create(platform, device);
        queue = ClQueue.create(context, device, ClQueue.CL_QUEUE_PROFILING_ENABLE);
    }

    /** Opens the device, or skips the test with the reason why there is none. */
    static TestDevice open() {
        if (ClLibrary.load() instanceof ClLibrary.Missing(String reason, String cure)) {
            return abort(reason + ": " + cure);
        }
        for (long platform : ClPlatform.all()) {
            for (long device : ClDevice.all(platform, ClDevice.CL_DEVICE_TYPE_ALL)) {
                return new TestDevice(platform, device);
            }
        }
        return abort("OpenCL has no device here: install a driver, such as pocl-opencl-icd");
    }

    void assumeSvm() {
        assumeTrue(ClSvm.isPresent(), "this OpenCL library is older than shared virtual memory");
        assumeTrue(ClDevice.info(device, ClDevice.CL_DEVICE_SVM_CAPABILITIES).number() != 0,
                "the device has no shared virtual memory");
    }

    long build(String source) {
        long program = ClProgram.createWithSource(context, source);
        ClProgram.build(program, device, "-cl-kernel-arg-info");
        return program;
    }

    MemorySegment floats(float... values) {
        return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
    }

    long bufferOf(float... values) {
        return ClMemory.create(context, ClMemory.CL_MEM_READ_WRITE | ClMemory.CL_MEM_COPY_HOST_PTR, floats(values));
    }

    float[] read(long buffer, int count) {
        MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, count);
        ClMemory.enqueueRead(queue, buffer, true, 0, host, NONE, NONE);
        return host.toArray(ValueLayout.JAVA_FLOAT);
    }

    @Override
    public void close() {
        ClQueue.finish(queue);
        ClQueue.release(queue);
        ClContext.release(context);
        arena.close();
    }
}
