package dev.kernelwright.cli;

import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Has a small kernel compiled, run in a trial worker and judged, as tuning does with every candidate. */
final class TrialCheck {
    private static final String SUBJECT = "trial worker";
    private static final String WORKLOAD = "rms_norm(rows=8,cols=1024)";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CURE = "allow this process to start java and to write into its temporary folder";

    private TrialCheck() {}

    static Finding run(DeviceOptions device) {
        Workload workload = WorkloadParameter.parse(WORKLOAD, DType.F32.id());
        try (OpenBackend open = device.openBackend()) {
            Optional<KernelTemplate> template = open.backend().template(workload.signature());
            if (template.isEmpty()) {
                return Finding.warn(SUBJECT, "not tried, as " + open.backend().device().name() + " has no template for "
                        + WORKLOAD, "use the backend's newest version");
            }
            long start = System.nanoTime();
            try (KernelEvaluator evaluator = new KernelEvaluator(workload, open.backend(), device.threads(),
                    new Rooflines(Optional.empty()))) {
                Evaluation evaluation = evaluator.evaluate(
                        KernelInput.defaultPoint(template.get(), workload.signature()), LIMIT);
                String found = evaluation.reason() + " for " + WORKLOAD + " in "
                        + Figures.time((double) (System.nanoTime() - start));
                return switch (evaluation.reason()) {
                    case ACCEPTED, NOT_FASTER -> Finding.ok(SUBJECT, found);
                    case TIMEOUT, FASTER_THAN_PHYSICS -> Finding.warn(SUBJECT, found + ": " + evaluation.message(),
                            "the machine seems too busy to measure on; tune when less is running on it");
                    default -> Finding.fail(SUBJECT, found + ": " + evaluation.message(),
                            "report this, with what 'kernelwright devices' says");
                };
            }
        } catch (IOException e) {
            return Finding.fail(SUBJECT, String.valueOf(e.getMessage()), CURE);
        } catch (InputException e) {
            return Finding.fail(SUBJECT, String.valueOf(e.getMessage()), "name a device that is there");
        }
    }
}
