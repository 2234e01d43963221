package dev.kernelwright.spi;

import java.util.List;

/**
 * How far an accepted kernel was checked, for whoever asks a record why it is believed.
 *
 * @param bound how the bound on the errors comes about, with its numbers
 * @param stages on what kinds of data and shapes the kernel was tried, a phrase each, in order
 * @param comparedElements how many results were compared with the reference
 * @param errorRms the root mean square of the errors on normal data, in units of u m (see
 *        {@link dev.kernelwright.op.Accuracy}); NaN if no float was compared
 * @param baselineErrorRms the same of the baseline; NaN if the backend has none
 * @param spread the largest difference between results of launches on the same inputs. Unless the workload allows
 *        more, it is 0 but for what is forgiven while a just-in-time compiler was still at work on the kernel
 * @param isolation how the process was confined in which the kernel ran
 */
public record Verification(String bound, List<String> stages, long comparedElements, double errorRms,
        double baselineErrorRms, double spread, String isolation) {
    /** Copies the stages. */
    public Verification {
        stages = List.copyOf(stages);
    }
}
