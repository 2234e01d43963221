package dev.kernelwright.dispatch;

import dev.kernelwright.spi.LaunchArguments;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The arguments that calls use, kept so that calls allocate nothing, and the gate that lets a close wait for calls.
 *
 * <p>Each thread takes the frame of its stripe with one atomic exchange and puts it back with one store. A thread that
 * finds its stripe empty, because another thread of the same stripe is in a call, makes a frame of its own.
 *
 * <p>Closing takes every frame for good, waiting for those that are in calls. From then on every stripe is empty, so
 * every call goes the slower way, and only there is the closed flag read: the usual way needs no check of it. On the
 * slower way a call counts itself before it reads the flag, and the closer sets the flag before it reads the count, so
 * that one of them sees the other.
 */
public final class CallFrames {
    /** Slots between two stripes, so that they are never in one cache line (128 bytes with 4-byte references). */
    private static final int STRIDE = 32;
    private static final int SPINS_BEFORE_YIELD = 100;

    private final Supplier<LaunchArguments> factory;
    private final AtomicReferenceArray<@Nullable Frame> idle;
    private final int mask;
    private final AtomicInteger extra = new AtomicInteger();
    private volatile boolean closed;

    /** Creates one frame for each of about as many stripes as the machine has processors. */
    public CallFrames(Supplier<LaunchArguments> factory) {
        this.factory = factory;
        int stripes = Math.max(4, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));
        this.mask = stripes - 1;
        this.idle = new AtomicReferenceArray<>(stripes * STRIDE);
        for (int slot = 0; slot < stripes * STRIDE; slot += STRIDE) {
            idle.set(slot, new Frame(factory.get(), slot));
        }
    }

    /** The arguments of one call, and where they go back to. */
    public static final class Frame {
        private static final int NO_SLOT = -1;

        private final LaunchArguments arguments;
        private final int slot;

        private Frame(LaunchArguments arguments, int slot) {
            this.arguments = arguments;
            this.slot = slot;
        }

        /** Returns the arguments, the caller's alone until the frame is released. */
        public LaunchArguments arguments() {
            return arguments;
        }
    }

    /** Takes a frame, or returns null if closed. */
    public @Nullable Frame acquire() {
        Frame frame = idle.getAndSet(((int) Thread.currentThread().threadId() & mask) * STRIDE, null);
        return frame != null ? frame : acquireExtra();
    }

    private @Nullable Frame acquireExtra() {
        extra.incrementAndGet();
        if (closed) {
            extra.decrementAndGet();
            return null;
        }
        return new Frame(factory.get(), Frame.NO_SLOT);
    }

    /** Gives a frame back. */
    public void release(Frame frame) {
        frame.arguments.clear();
        if (frame.slot == Frame.NO_SLOT) {
            extra.decrementAndGet();
        } else {
            idle.setRelease(frame.slot, frame);
        }
    }

    /** Lets no further call in and waits until none is left. MUST NOT be called from within a call. */
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (int slot = 0; slot < idle.length(); slot += STRIDE) {
            for (int spins = 0; idle.getAndSet(slot, null) == null; spins++) {
                pause(spins);
            }
        }
        for (int spins = 0; extra.get() != 0; spins++) {
            pause(spins);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // yields to the call that is waited for
    private static void pause(int spins) {
        if (spins < SPINS_BEFORE_YIELD) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
