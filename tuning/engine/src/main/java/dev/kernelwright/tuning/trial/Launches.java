package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;

/** A kernel with the arguments it is launched on, one set after the other. */
final class Launches {
    private final int number;
    private final LoadedKernel kernel;
    private final DeviceStream stream;
    private final LaunchArguments[] sets;
    private final boolean settled;
    private int next;

    Launches(int number, LoadedKernel kernel, DeviceStream stream, LaunchArguments[] sets, boolean settled) {
        this.number = number;
        this.kernel = kernel;
        this.stream = stream;
        this.sets = sets;
        this.settled = settled;
    }

    void runOnce() throws KernelFailedException {
        nanosOf(1);
    }

    /** Launches the given number of times, waits until all have ended, and returns how long that took. */
    @SuppressWarnings("CatchingUnchecked") // a kernel may throw anything, and every way is a verdict
    long nanosOf(long launches) throws KernelFailedException {
        try {
            int set = next;
            long start = System.nanoTime();
            for (long i = 0; i < launches; i++) {
                kernel.launch(stream, sets[set]);
                set = set + 1 == sets.length ? 0 : set + 1;
            }
            stream.synchronize();
            long nanos = System.nanoTime() - start;
            next = set;
            return Math.max(1, nanos);
        } catch (Throwable t) {
            throw new KernelFailedException(number, t);
        }
    }

    /** Returns whether the kernel was brought to its full speed before. */
    boolean isSettled() {
        return settled;
    }

    /** Returns the number by which a batch is to be a multiple of, so that every set is used equally often. */
    int setCount() {
        return sets.length;
    }
}
