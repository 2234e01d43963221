package dev.kernelwright.cli.bench;

import dev.kernelwright.BoundOp;
import dev.kernelwright.spi.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Times bound ops in turn, so that whatever else the machine does falls on all of them alike.
 *
 * <p>A sample is as many calls as take {@link #SAMPLE_NANOS}, so that reading the clock does not count. Every op is
 * first called until HotSpot has compiled what it calls.
 */
public final class InterleavedTiming {
    private static final long WARM_UP_NANOS = 500_000_000;
    /** On a device with memory of its own, whose kernels HotSpot has no part in; enough for it to raise its clocks. */
    private static final long DEVICE_WARM_UP_NANOS = 100_000_000;
    private static final int WARM_UP_CALLS = 3;
    private static final long SAMPLE_NANOS = 2_000_000;
    private static final int MIN_SAMPLES = 5;
    private static final int MAX_SAMPLES = 10_000;

    private int calls;

    /**
     * What is timed.
     *
     * @param op what is called
     * @param inputs what it is called with, in the memory of its device
     */
    public record Contender(BoundOp op, InputSets inputs) {}

    /**
     * Times ops of one workload.
     *
     * @param time how long to go on for; at least {@value #MIN_SAMPLES} samples of each are taken all the same
     * @return a timing for each, in order
     */
    public List<Timing> measure(List<Contender> contenders, Duration time) {
        int[] callsPerSample = contenders.stream().mapToInt(this::warmUp).toArray();
        List<double[]> samples = new ArrayList<>();
        long deadline = System.nanoTime() + time.toNanos();
        while (samples.size() < MIN_SAMPLES || (samples.size() < MAX_SAMPLES && System.nanoTime() - deadline < 0)) {
            double[] round = new double[contenders.size()];
            for (int turn = 0; turn < round.length; turn++) {
                // Another begins each round: none always follows the one that leaves the caches worst.
                int index = (turn + samples.size()) % round.length;
                round[index] = nanosPerCall(contenders.get(index), callsPerSample[index]);
            }
            samples.add(round);
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < callsPerSample.length; i++) {
            int index = i;
            timings.add(Timing.of(samples.stream().mapToDouble(round -> round[index]).toArray()));
        }
        return timings;
    }

    /** Calls an op until it is fast, and returns how many calls make a sample. */
    private int warmUp(Contender contender) {
        long deadline = System.nanoTime() + (contender.inputs.onHost() ? WARM_UP_NANOS : DEVICE_WARM_UP_NANOS);
        int callsPerSample = 1;
        for (int round = 0; round < WARM_UP_CALLS || System.nanoTime() - deadline < 0; round++) {
            double nanos = nanosPerCall(contender, callsPerSample);
            callsPerSample = (int) Math.clamp(Math.ceil(SAMPLE_NANOS / nanos), 1, 1_000_000);
        }
        return callsPerSample;
    }

    private double nanosPerCall(Contender contender, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            contender.op.invoke(contender.inputs.forCall(calls++));
        }
        contender.op.device().synchronize();
        return (double) (System.nanoTime() - start) / count;
    }
}
