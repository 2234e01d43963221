package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;

/**
 * A kernel with the arguments it is launched on, in turn.
 *
 * <p>Where there are several sets of buffers, each launch takes the inputs of one and the outputs of another, so that
 * what an output holds is never the result of the inputs that the next launch has: a kernel that leaves alone what is
 * right already gains nothing by it.
 */
final class Launches {
    private final int number;
    private final LoadedKernel kernel;
    private final DeviceStream stream;
    private final LaunchClock clock;
    private final int sets;
    private final LaunchArguments[] turns;
    private final boolean settled;
    private int next;

    /**
     * Creates launches.
     *
     * @param clock takes the time in the stream
     * @param sets how many sets of buffers there are
     * @param turns what each launch takes, as {@link #inputSet} and {@link #outputSet} say; as many as there are pairs
     */
    Launches(int number, LoadedKernel kernel, DeviceStream stream, LaunchClock clock, int sets,
            LaunchArguments[] turns, boolean settled) {
        this.number = number;
        this.kernel = kernel;
        this.stream = stream;
        this.clock = clock;
        this.sets = sets;
        this.turns = turns;
        this.settled = settled;
    }

    /** Returns the set that a turn takes its inputs from. */
    static int inputSet(int turn, int sets) {
        return turn % sets;
    }

    /** Returns the set that a turn takes its outputs and its workspace from; the first turns take those of the inputs. */
    static int outputSet(int turn, int sets) {
        return (turn % sets + turn / sets) % sets;
    }

    /** Launches once more on each set alone, so that every output holds the result of its own set's inputs. */
    void finish() throws KernelFailedException {
        // Not the last launch's inputs first: what follows on a launch is never on the same inputs, also here.
        int first = next % sets;
        for (int i = 0; i < sets; i++) {
            next = (first + i) % sets;
            nanosOf(1);
        }
    }

    void runOnce() throws KernelFailedException {
        nanosOf(1);
    }

    /** Launches the given number of times, waits until all have ended, and returns how long that took. */
    @SuppressWarnings("CatchingUnchecked") // a kernel may throw anything, and every way is a verdict
    long nanosOf(long launches) throws KernelFailedException {
        try {
            int turn = next;
            clock.start();
            for (long i = 0; i < launches; i++) {
                kernel.launch(stream, turns[turn]);
                turn = turn + 1 == turns.length ? 0 : turn + 1;
            }
            long nanos = clock.stop();
            next = turn;
            return Math.max(1, nanos);
        } catch (Throwable t) {
            throw new KernelFailedException(number, t);
        }
    }

    /** Returns whether the kernel was brought to its full speed before. */
    boolean isSettled() {
        return settled;
    }

    /** Returns whether the time is the device's own. */
    boolean areTimedByDevice() {
        return clock.isOfDevice();
    }

    /** Returns the number by which a batch is to be a multiple of, so that every set is used equally often. */
    int setCount() {
        return sets;
    }
}
