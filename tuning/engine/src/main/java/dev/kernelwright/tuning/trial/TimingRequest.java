package dev.kernelwright.tuning.trial;

/**
 * What a worker is asked to time.
 *
 * @param kernel the kernel
 * @param baseline the kernel that is timed in turn with it, or {@link #NONE}
 * @param axes the value of each axis; not to be modified
 * @param layout where the buffers of a set are
 * @param sets how many sets of buffers the kernel takes in turn; the baseline has as many of its own behind them
 * @param fastNanos a launch of the kernel that takes no longer was certainly compiled and not interpreted
 * @param baselineFastNanos the same for the baseline
 * @param sampleNanos how long one sample lasts at least: so many launches that the clock's resolution and the cost of
 *        a call do not matter
 * @param samples how many samples are wanted of each
 * @param limitNanos when to be content with fewer
 */
@SuppressWarnings("ArrayRecordComponent")
public record TimingRequest(int kernel, int baseline, long[] axes, BufferLayout layout, int sets, double fastNanos,
        double baselineFastNanos, long sampleNanos, int samples, long limitNanos) {
    /** Stands for no kernel. */
    public static final int NONE = -1;
    /** The most samples that may be asked for. */
    public static final int MAX_SAMPLES = 1000;

    /** Returns the size of all sets of buffers. */
    long totalBytes() {
        return (baseline == NONE ? 1L : 2L) * sets * layout.byteSize();
    }
}
