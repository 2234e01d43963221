package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Launches: their order, their waiting, their workspaces, their threads, and what they cost. */
public interface StreamContract extends ContractTopic {
    /** No multiple of a vector, and so many that a launch takes a moment. */
    int N = 99_991;
    /** Enough for what overtakes to show. */
    int LAUNCHES = 200;
    /** How long HotSpot may leave a launch as it is on a busy machine before it compiles it better. */
    long PATIENCE_NANOS = 10_000_000_000L;

    @Test
    @Proves("M20")
    default void launchesAndCopiesRunInTheOrderInWhichTheyWereQueued() throws KernelRejectedException {
        Backend backend = contract().backend();
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                DeviceStream stream = backend.newStream();
                IncrementChain one = new IncrementChain(backend, kernel, stream, N);
                IncrementChain two = new IncrementChain(backend, kernel, stream, N)) {
            one.begin(5).launch(LAUNCHES);
            backend.copy(stream, one.result(), two.result());
            two.launch(LAUNCHES);
            one.launch(1);
            Tensor first = two.fetch();
            two.launch(1);
            assertThat(two.read()).containsOnly(2 * LAUNCHES + 6);
            assertThat(first.toFloatArray()).containsOnly(2 * LAUNCHES + 5);
            assertThat(one.read()).containsOnly(LAUNCHES + 6);
        }
    }

    @Test
    @Proves("M21")
    @SuppressWarnings("try") // to close twice is what is tested
    default void synchronizingAndClosingWaitAndClosingMayBeDoneTwice() throws KernelRejectedException {
        Backend backend = contract().backend();
        for (boolean close : new boolean[]{false, true}) {
            try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                    DeviceStream reading = backend.newStream();
                    Arena arena = Arena.ofShared();
                    DeviceStream stream = backend.newStream();
                    IncrementChain chain = new IncrementChain(backend, kernel, stream, N)) {
                Tensor host = chain.begin(0).launch(LAUNCHES).fetch();
                if (close) {
                    stream.close();
                } else {
                    stream.synchronize();
                }
                assertThat(host.toFloatArray()).as("what was queued before").containsOnly(LAUNCHES);
                Tensor again = Tensor.allocate(arena, DType.F32, N);
                backend.copy(reading, chain.result(), again);
                reading.synchronize();
                assertThat(again.toFloatArray()).containsOnly(LAUNCHES);
                if (close) {
                    // And once more when this block ends.
                    stream.close();
                }
            }
        }
    }

    /** Two streams, two threads each, a workspace in every launch. */
    @Test
    @Proves({"M22", "M23"})
    default void manyThreadsLaunchOneKernelAndGetTheirOwnResults() throws Exception {
        Backend backend = contract().backend();
        for (ContractKernel which : List.of(ContractKernel.INCREMENT, ContractKernel.INCREMENT_BY_WORKSPACE)) {
            try (LoadedKernel kernel = contract().load(backend, which);
                    DeviceStream one = backend.newStream();
                    DeviceStream two = backend.newStream();
                    ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<float[]>> results = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    int first = 1000 * thread;
                    DeviceStream stream = thread % 2 == 0 ? one : two;
                    results.add(threads.submit(() -> {
                        try (IncrementChain chain = new IncrementChain(backend, kernel, stream, 997)) {
                            return chain.begin(first).launch(LAUNCHES).read();
                        }
                    }));
                }
                for (int thread = 0; thread < 4; thread++) {
                    assertThat(results.get(thread).get()).as("%s in thread %s", which, thread)
                            .containsOnly(1000 * thread + LAUNCHES);
                }
            }
        }
    }

    /** Kernels of an op are loaded, launched and unloaded while others of it run. */
    @Test
    @Proves("M23")
    default void manyThreadsLoadAndUnloadKernels() throws Exception {
        Backend backend = contract().backend();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                results.add(threads.submit(() -> {
                    for (int i = 0; i < 5; i++) {
                        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                                DeviceStream stream = backend.newStream();
                                IncrementChain chain = new IncrementChain(backend, kernel, stream, 997)) {
                            assertThat(chain.begin(i).launch(3).read()).containsOnly(i + 3);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    /** Until HotSpot has compiled it, a launch has objects. */
    @Test
    @Proves("M24")
    default void aLaunchAllocatesNothingOnTheHeapOnceItIsCompiled() throws KernelRejectedException {
        Backend backend = contract().backend();
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT_BY_WORKSPACE);
                DeviceStream stream = backend.newStream();
                IncrementChain chain = new IncrementChain(backend, kernel, stream, 100)) {
            chain.begin(0);
            assertThat(leastBytes(stream, chain::launchOnce)).as("bytes allocated by " + LAUNCHES + " launches")
                    .isZero();
        }
    }

    /** Returns the least that a number of calls have allocated on the heap, once that gets no less for a while. */
    static long leastBytes(DeviceStream stream, Runnable call) {
        com.sun.management.ThreadMXBean threads = ManagementFactory
                .getPlatformMXBean(com.sun.management.ThreadMXBean.class);
        long least = Long.MAX_VALUE;
        long lastGain = System.nanoTime();
        while (least > 0 && System.nanoTime() - lastGain < PATIENCE_NANOS) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < LAUNCHES; i++) {
                call.run();
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            if (allocated < least) {
                least = allocated;
                lastGain = System.nanoTime();
            }
            stream.synchronize();
        }
        return least;
    }
}
