package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a limit on time everywhere, in a thread that can be given up, since a pool that is wrong may spin for ever. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BlockPoolTest {
    private static final LaunchArguments ARGUMENTS = new LaunchArguments(0, 0);

    /** Runs grids of random size, counts how often each block is run, and asserts that it is once. */
    private static void runGrids(BlockPool pool, int grids, long seed) {
        Random random = new Random(seed);
        for (int grid = 0; grid < grids; grid++) {
            int blocks = random.nextInt(40);
            AtomicIntegerArray runs = new AtomicIntegerArray(blocks);
            pool.run(blocks, (block, arguments) -> {
                assertThat(arguments).isSameAs(ARGUMENTS);
                runs.incrementAndGet(block);
            }, ARGUMENTS);
            for (int block = 0; block < blocks; block++) {
                assertThat(runs.get(block)).as("runs of block %d of %d in grid %d", block, blocks, grid).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void everyBlockOfEveryGridRunsExactlyOnce(int parallelism) {
        try (BlockPool pool = new BlockPool(parallelism)) {
            assertThat(pool.parallelism()).isEqualTo(parallelism);
            runGrids(pool, 10_000, parallelism);
        }
    }

    @Test
    void gridsFromSeveralCallersAtOnceEachRunExactlyOnce() throws Exception {
        try (BlockPool pool = new BlockPool(4); ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                int seed = caller;
                work.add(() -> {
                    runGrids(pool, 5_000, seed);
                    return null;
                });
            }
            for (Future<Void> caller : callers.invokeAll(work)) {
                caller.get();
            }
        }
    }

    @Test
    void theThreadsOfThePoolTakePart() {
        try (BlockPool pool = new BlockPool(4)) {
            CountDownLatch together = new CountDownLatch(4);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            // Each block waits for the three others, so that no thread can run two of them.
            pool.run(4, (block, arguments) -> {
                threads.add(Thread.currentThread());
                together.countDown();
                await(together);
            }, ARGUMENTS);
            assertThat(threads).hasSize(4).contains(Thread.currentThread());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyBlockHasEndedAndItsWritesAreSeenWhenRunReturns() {
        try (BlockPool pool = new BlockPool(4)) {
            for (int grid = 0; grid < 50; grid++) {
                int[] written = new int[8];
                pool.run(8, (block, arguments) -> {
                    sleepMillis(block % 3);
                    written[block] = block + 1;
                }, ARGUMENTS);
                assertThat(written).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            }
        }
    }

    private static void sleepMillis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBlockMayRunAGridOfItsOwn() {
        try (BlockPool pool = new BlockPool(4)) {
            AtomicIntegerArray runs = new AtomicIntegerArray(16);
            BlockBody outerBody = (outer, arguments) -> {
                BlockBody innerBody = (inner, same) -> runs.incrementAndGet(4 * outer + inner);
                pool.run(4, innerBody, arguments);
            };
            pool.run(4, outerBody, ARGUMENTS);
            for (int i = 0; i < 16; i++) {
                assertThat(runs.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void whatABlockThrowsIsThrownAsItIsAndThePoolStillWorks() {
        try (BlockPool pool = new BlockPool(4)) {
            for (int grid = 0; grid < 1_000; grid++) {
                int failing = grid % 8;
                RuntimeException failure = new IllegalStateException("block " + failing);
                assertThatThrownBy(() -> pool.run(8, (block, arguments) -> {
                    if (block == failing) {
                        throw failure;
                    }
                }, ARGUMENTS)).isSameAs(failure);
            }
            runGrids(pool, 1_000, 1);
        }
    }

    @Test
    void errorsAndCheckedExceptionsComeThroughToo() {
        try (BlockPool pool = new BlockPool(4)) {
            for (Throwable thrown : List.of(new StackOverflowError("deep"), new IOException("disk"))) {
                BlockBody body = (block, arguments) -> BlockPoolTest.<RuntimeException>throwUnchecked(thrown);
                assertThatThrownBy(() -> pool.run(8, body, ARGUMENTS)).isSameAs(thrown);
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void throwUnchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void aBlockThatThrowsSparesThoseThatHaveNotBegun() {
        try (BlockPool pool = new BlockPool(4)) {
            AtomicInteger begun = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(1_000, (block, arguments) -> {
                begun.incrementAndGet();
                if (block == 0) {
                    throw new IllegalStateException("stop");
                }
                sleepMillis(1);
            }, ARGUMENTS)).hasMessage("stop");
            // However late the thread of block 0 is, the three others do not get through the rest meanwhile.
            assertThat(begun.get()).isLessThan(1_000);
        }
    }

    @Test
    void noBlockOfAGridRunsAfterRunHasThrown() {
        try (BlockPool pool = new BlockPool(4)) {
            for (int grid = 0; grid < 200; grid++) {
                boolean[] returned = {false};
                boolean[] late = {false};
                assertThatThrownBy(() -> pool.run(64, (block, arguments) -> {
                    late[0] |= returned[0];
                    if (block == 3) {
                        throw new IllegalStateException("stop");
                    }
                    sleepMillis(block % 2);
                }, ARGUMENTS)).hasMessage("stop");
                returned[0] = true;
                // A grid after it waits for every thread that is still in the one before.
                pool.run(8, (block, arguments) -> {}, ARGUMENTS);
                assertThat(late[0]).isFalse();
            }
        }
    }

    @Test
    void runAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BlockPool pool = new BlockPool(4)) {
            long[] counts = new long[64];
            BlockBody body = (block, arguments) -> counts[block]++;
            for (int i = 0; i < 2_000; i++) {
                pool.run(64, body, ARGUMENTS);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2_000; i++) {
                pool.run(64, body, ARGUMENTS);
            }
            // Less than a byte for each run: the reading itself, and the compiler's work, may cost something once.
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2_000);
            assertThat(counts).containsOnly(4_000);
        }
    }

    @Test
    void closingEndsTheThreadsAndGridsRunOnTheirCaller() throws Exception {
        Set<Thread> before = poolThreads();
        BlockPool pool = new BlockPool(5);
        Set<Thread> mine = poolThreads();
        mine.removeAll(before);
        assertThat(mine).hasSize(4).allMatch(Thread::isDaemon);
        pool.close();
        for (Thread thread : mine) {
            assertThat(thread.join(Duration.ofSeconds(30))).as(thread.getName()).isTrue();
        }
        Set<Thread> runners = ConcurrentHashMap.newKeySet();
        pool.run(8, (block, arguments) -> runners.add(Thread.currentThread()), ARGUMENTS);
        assertThat(runners).containsExactly(Thread.currentThread());
        runGrids(pool, 100, 1);
    }

    private static Set<Thread> poolThreads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("kernelwright-blocks-"));
        return threads;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1025})
    void anImpossibleNumberOfThreadsIsRefused(int parallelism) {
        assertThatThrownBy(() -> new BlockPool(parallelism)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a pool of " + parallelism + " threads was asked for: use 1 to 1024");
    }
}
