package dev.kernelwright.spi;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which the blocks of kernels run on the host.
 *
 * <p>The caller of {@link #run} works too, so a pool of parallelism n has n - 1 threads. One grid at a time is spread
 * over them; a caller that finds them busy runs its blocks alone, which never waits for another caller and loses
 * nothing when callers are as many as cores.
 *
 * <p>A thread that has nothing to do spins for {@value #SPIN_NANOS} ns, about twice what it costs to wake it, and then
 * parks. Nothing is allocated by {@code run}.
 *
 * <p>How a grid is closed safely: a helper first announces itself in {@code helpers} and then reads {@code open}; the
 * caller first clears {@code open} and then waits for {@code helpers} to become 0. Both are volatile, so either the
 * helper sees the grid closed or the caller sees the helper. A helper that is late for one grid and finds the next one
 * open works on that, which is right too.
 */
public final class BlockPool implements AutoCloseable {
    private static final long SPIN_NANOS = 20_000;
    private static final int SPINS_BETWEEN_CLOCK_READS = 32;
    private static final int SPINS_BEFORE_YIELD = 1_000;

    private final Thread[] threads;
    private final AtomicBoolean claimed = new AtomicBoolean();
    /** A long, since each thread counts once past the last block of a grid, which may be the last int. */
    private final AtomicLong nextBlock = new AtomicLong();
    private final AtomicInteger helpers = new AtomicInteger();
    private volatile boolean open;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    // Written before open is set and read after open was seen set.
    private @Nullable BlockBody body;
    private @Nullable LaunchArguments arguments;
    private int blockCount;

    /**
     * Starts the threads, which are daemons.
     *
     * @param parallelism how many threads run blocks at a time, the caller counted; 1 to 1024
     */
    public BlockPool(int parallelism) {
        if (parallelism < 1 || parallelism > 1024) {
            throw new IllegalArgumentException("a pool of " + parallelism + " threads was asked for: use 1 to 1024");
        }
        threads = new Thread[parallelism - 1];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofPlatform().daemon().name("kernelwright-blocks-" + (i + 1)).start(this::serve);
        }
    }

    /** Returns how many threads run blocks at a time, the caller counted. */
    public int parallelism() {
        return threads.length + 1;
    }

    /**
     * Runs blocks 0 to {@code blocks - 1} and returns when all have ended.
     *
     * @throws RuntimeException an exception or error that a block threw, as it was thrown; other blocks may not have
     *         been run
     */
    public void run(int blocks, BlockBody work, LaunchArguments launchArguments) {
        if (blocks <= 1 || threads.length == 0 || closed || !claimed.compareAndSet(false, true)) {
            for (int block = 0; block < blocks; block++) {
                work.run(block, launchArguments);
            }
            return;
        }
        Throwable thrown;
        try {
            body = work;
            arguments = launchArguments;
            blockCount = blocks;
            failure = null;
            nextBlock.set(0);
            open = true;
            int wanted = Math.min(threads.length, blocks - 1);
            for (int i = 0; i < wanted; i++) {
                LockSupport.unpark(threads[i]);
            }
            claimBlocks(work, launchArguments, blocks);
            open = false;
            awaitHelpers();
            thrown = failure;
            body = null;
            arguments = null;
        } finally {
            claimed.set(false);
        }
        if (thrown != null) {
            throw BlockPool.<RuntimeException>sneaky(thrown);
        }
    }

    private void claimBlocks(BlockBody work, LaunchArguments launchArguments, int blocks) {
        try {
            for (long block = nextBlock.getAndIncrement(); block < blocks; block = nextBlock.getAndIncrement()) {
                work.run((int) block, launchArguments);
            }
        } catch (Throwable t) {
            // Whatever it is, the other blocks must end before the caller's buffers are its own again.
            failure = t;
            nextBlock.set(blocks);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // yields to the helper that is waited for when cores are scarce
    private void awaitHelpers() {
        for (int spins = 0; helpers.get() != 0; spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private void serve() {
        while (!closed) {
            if (help()) {
                spin();
            } else {
                LockSupport.park(this);
            }
        }
    }

    /** Works on the open grid; returns whether there was one. */
    private boolean help() {
        helpers.incrementAndGet();
        try {
            if (!open) {
                return false;
            }
            BlockBody work = body;
            LaunchArguments launchArguments = arguments;
            // Looked at first, so that waiting here for a long last block does not count on.
            if (work != null && launchArguments != null && nextBlock.get() < blockCount) {
                claimBlocks(work, launchArguments, blockCount);
            }
            return true;
        } finally {
            helpers.decrementAndGet();
        }
    }

    /** Waits a moment for the next grid. */
    private void spin() {
        long deadline = System.nanoTime() + SPIN_NANOS;
        while (!open && !closed) {
            for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS && !open; i++) {
                Thread.onSpinWait();
            }
            if (System.nanoTime() - deadline > 0) {
                return;
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Ends the threads; grids that are run afterwards run on their callers alone. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
