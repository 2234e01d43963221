package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;

/**
 * Runs a freshly defined kernel on memory of its own until HotSpot has compiled it, and defines it again if it stays slow.
 *
 * <p>A kernel starts in the interpreter, about a thousand times slower than it will be, so it must not serve calls yet.
 * And the same class file sometimes stays fifty times slower than it was in another JVM: C1 gives up on a large method
 * ("out of virtual registers in linear scan"), the method is compiled at tier 2, which does not count, and so it never
 * reaches C2. A new hidden class of the same bytes starts over and comes out right.
 */
final class WarmUp implements AutoCloseable {
    /** How much slower than measured a kernel may be; below the cliff by far, above the noise of a busy machine. */
    static final double TOLERANCE = 2.0;
    private static final int MAX_DEFINITIONS = 4;
    /** A definition is given up after this much of the thread's own time without getting faster. */
    private static final long STALL_NANOS = 1_000_000_000L;
    /** And after this much in any case. */
    private static final long NANOS_PER_DEFINITION = 6_000_000_000L;
    /** What counts as getting faster: compiled code comes in steps of more, method by method. */
    private static final double PROGRESS = 0.9;
    private static final long WINDOW_NANOS = 2_000_000L;
    /** What calling a block costs here, where a call may lead to any of many kernels. */
    private static final double CALL_NANOS = 10;
    /** More memory than this is not taken from the application for the sake of a warm-up. */
    private static final long MAX_BYTES = 1L << 30;
    /** Every byte the same, 0.0115 as a float: neither zero nor subnormal. */
    private static final byte FILL = 0x3c;

    /** Makes the bodies anew. */
    @FunctionalInterface
    interface Definer {
        BlockBody[] define() throws KernelRejectedException;
    }

    private final int[] blocks;
    private final double expectedNanos;
    private final Arena arena = Arena.ofShared();
    private final LaunchArguments arguments;
    private final boolean affordable;
    private double bestNanos = Double.POSITIVE_INFINITY;

    /**
     * Prepares a warm-up.
     *
     * @param signature the kernel's arguments; the largest axes are used
     * @param workspaceBytes the workspace the kernel needs
     * @param blocks the number of blocks of each step
     * @param expectedNanos the time that all blocks together should take on one thread
     */
    WarmUp(KernelSignature signature, long workspaceBytes, int[] blocks, double expectedNanos) {
        this.blocks = blocks.clone();
        this.expectedNanos = expectedNanos;
        long[] axes = signature.maxAxes();
        this.arguments = new LaunchArguments(signature.buffers().size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        this.affordable = signature.totalBytes(axes) + workspaceBytes <= MAX_BYTES;
        if (affordable) {
            for (int i = 0; i < signature.buffers().size(); i++) {
                BufferSpec buffer = signature.buffers().get(i);
                Tensor tensor = Tensor.allocate(arena, buffer.dtype(), signature.shape(buffer, axes));
                if (buffer.dtype() != DType.I32) {
                    tensor.segment().fill(FILL);
                }
                arguments.setBuffer(i, tensor);
            }
            arguments.setWorkspace(Tensor.allocate(arena, DType.F32, Math.ceilDiv(workspaceBytes, Float.BYTES)));
        }
    }

    /** Returns bodies that run at the expected speed, or else the fastest that were found. */
    BlockBody[] run(BlockBody[] first, Definer definer) throws KernelRejectedException {
        if (!affordable) {
            return first;
        }
        BlockBody[] fastest = first;
        BlockBody[] bodies = first;
        for (int definition = 1;; definition++) {
            double nanos = runUntilFast(bodies);
            if (nanos < bestNanos) {
                bestNanos = nanos;
                fastest = bodies;
            }
            if (reachedSpeed() || definition == MAX_DEFINITIONS) {
                return fastest;
            }
            bodies = definer.define();
        }
    }

    /** Returns whether the kernel ran at about the expected speed, or could not be tried. */
    boolean reachedSpeed() {
        return !affordable || bestNanos <= TOLERANCE * expectedNanos;
    }

    /**
     * Runs windows of blocks until they are fast enough, or no longer get faster; returns the best estimate for all.
     *
     * <p>The time is this thread's own, so that a busy machine does not make a kernel look stuck that HotSpot is still
     * compiling.
     */
    private double runUntilFast(BlockBody[] bodies) {
        long start = threadNanos();
        long progress = start;
        double best = Double.POSITIVE_INFINITY;
        int[] next = new int[bodies.length];
        long now = start;
        while (best > TOLERANCE * expectedNanos && now - progress < STALL_NANOS && now - start < NANOS_PER_DEFINITION) {
            double all = 0;
            for (int step = 0; step < bodies.length; step++) {
                all += windowNanosPerBlock(bodies, step, next) * blocks[step];
            }
            now = threadNanos();
            if (all < PROGRESS * best) {
                progress = now;
            }
            best = Math.min(best, all);
        }
        return best;
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private double windowNanosPerBlock(BlockBody[] bodies, int step, int[] next) {
        if (blocks[step] == 0) {
            return 0;
        }
        long start = System.nanoTime();
        long nanos = 0;
        long count = 0;
        // Some blocks take less time than reading the clock, so that is done after more and more of them.
        for (long batch = 1; nanos < WINDOW_NANOS; batch = nanos < WINDOW_NANOS / 16 ? 2 * batch : batch) {
            for (long i = 0; i < batch; i++) {
                bodies[step].run(next[step], arguments);
                next[step] = next[step] + 1 == blocks[step] ? 0 : next[step] + 1;
            }
            count += batch;
            nanos = System.nanoTime() - start;
        }
        return Math.max(0, (double) nanos / count - CALL_NANOS);
    }

    @Override
    public void close() {
        arena.close();
    }
}
