package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.kernelwright.backend.opencl.ffi.ClContext;
import dev.kernelwright.backend.opencl.ffi.ClDevice;
import dev.kernelwright.backend.opencl.ffi.ClLibrary;
import dev.kernelwright.backend.opencl.ffi.ClPlatform;
import dev.kernelwright.backend.opencl.ffi.ClProgram;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a driver's compiler may not do to the process that it runs in. */
class ProgramBuildTest {
    /** From one to the next, so that some fall into each build and it still gets on. */
    private static final long SAFEPOINT_NANOS = 5_000_000;

    private long device;
    private long context;

    @BeforeEach
    void open() {
        if (ClLibrary.load() instanceof ClLibrary.Missing(String reason, String cure)) {
            abort(reason + ": " + cure);
        }
        for (long platform : ClPlatform.all()) {
            for (long found : ClDevice.all(platform, ClDevice.CL_DEVICE_TYPE_ALL)) {
                device = found;
                context = ClContext.create(platform, found);
                return;
            }
        }
        abort("OpenCL has no device here: install a driver, such as pocl-opencl-icd");
    }

    @AfterEach
    void close() {
        if (context != 0) {
            ClContext.release(context);
        }
    }

    private long program(String expression) {
        return ClProgram.createWithSource(context, "__kernel void run(__global const float *x, __global float *out) {"
                + " out[0] = " + expression + "; }");
    }

    /** Either overflowed the stack of a thread of Java's and ended the process: 250 brackets, 1,000 signs. */
    @Test
    void anExpressionAsDeepAsCompilersGoAndALongChainAreBuilt() throws KernelRejectedException {
        for (String expression : new String[]{"(".repeat(250) + "x[0]" + ")".repeat(250),
                "- ".repeat(5_000) + "x[0]"}) {
            long program = program(expression);
            new ProgramBuild(ProgramBuild.DEFAULT_TIME_LIMIT).build(program, device);
            assertThat(ClProgram.binary(program)).isNotEmpty();
            ClProgram.release(program);
        }
    }

    /**
     * HotSpot brings threads to a safepoint by SIGSEGV. While LLVM's handlers had that signal, four of five builds failed
     * beside such a thread.
     */
    @Test
    void safepointsDoNotDisturbBuilds() throws Exception {
        ProgramBuild build = new ProgramBuild(ProgramBuild.DEFAULT_TIME_LIMIT);
        build(build, "x[0]");
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Long> work = threads.submit(() -> {
                long sum = 0;
                while (!ended.get()) {
                    for (long i = 0; i < 100_000_000; i++) {
                        sum += i ^ sum;
                    }
                }
                return sum;
            });
            Future<?> safepoints = threads.submit(() -> {
                while (!ended.get()) {
                    System.gc();
                    LockSupport.parkNanos(SAFEPOINT_NANOS);
                }
            });
            try {
                for (int i = 1; i <= 5; i++) {
                    build(build, "x[0] + " + i + " + " + System.nanoTime());
                }
            } finally {
                ended.set(true);
            }
            work.get();
            safepoints.get();
        }
    }

    private void build(ProgramBuild build, String expression) throws KernelRejectedException {
        long program = program(expression);
        build.build(program, device);
        ClProgram.release(program);
    }

    @Test
    void aBuildThatTakesTooLongIsGivenUp() {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> new ProgramBuild(Duration.ZERO).build(program("x[0]"), device));
        assertThat(rejection).isNotNull().hasMessageContaining("took longer than 0 ms");
        assertThat(rejection.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
    }
}
