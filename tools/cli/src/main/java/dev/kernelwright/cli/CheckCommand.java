package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Judges a kernel that somebody hands in, as tuning judges its candidates. */
@Command(name = "check", description = "Judge a kernel: whether it computes the workload, and how fast.",
        footer = {"", "A plan is {\"steps\": [{\"entry\": \"run\", \"grid\": [\"ceil_div(rows, 4)\"], \"block\": [],"
                + " \"sharedBytes\": \"0\"}], \"workspaceBytes\": \"0\"}; a template says it in '// @step' lines itself.",
                "Exit codes: 0 the kernel is right, be it faster than the baseline (ACCEPTED) or not (NOT_FASTER);"
                        + " 1 it is rejected, or there could be no verdict; 2 bad usage or input."})
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "SOURCE", description = "The kernel's source, in the language of the device.")
    private Path source = Path.of("");
    @Option(names = "--workload", required = true, paramLabel = "WORKLOAD", description = "What it is to compute, for"
            + " example 'rms_norm(rows=1,cols=4096)'.")
    private String workloadText = "";
    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32",
            description = "The element type: f32, f16 or bf16. Default: ${DEFAULT-VALUE}.")
    private String dtype = DType.F32.id();
    @Option(names = "--plan", paramLabel = "FILE", description = "The launch plan. Without it the source must be a"
            + " template, and is judged at its default point.")
    private @Nullable Path plan;
    @Option(names = "--limit", paramLabel = "TIME", defaultValue = "60s", converter = BudgetOptions.TimeConverter.class,
            description = "How long the check may take. Default: ${DEFAULT-VALUE}.")
    private Duration limit = Duration.ZERO;
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Workload workload = WorkloadParameter.parse(workloadText, dtype);
        try (OpenBackend open = device.openBackend()) {
            KernelSource kernel = plan == null
                    ? KernelInput.readTemplate(open.backend(), source, workload.signature())
                    : KernelInput.read(open.backend().sourceLanguage(), source, plan);
            return report(workload, open.backend().device().name(), evaluate(workload, open, kernel));
        } catch (IOException e) {
            String reason = "there could be no verdict: " + e.getMessage() + "; 'kernelwright doctor' may know why";
            console.error(reason);
            if (output.json()) {
                console.json(Json.object().put("error", reason));
            }
            return ExitCode.NEGATIVE;
        }
    }

    private Evaluation evaluate(Workload workload, OpenBackend open, KernelSource kernel) throws IOException {
        try (KernelEvaluator evaluator = evaluator(workload, open)) {
            return evaluator.evaluate(kernel, limit);
        }
    }

    private KernelEvaluator evaluator(Workload workload, OpenBackend open) {
        try {
            return new KernelEvaluator(workload, open.backend(), device.threads(),
                    new Rooflines(Optional.empty()));
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    private int report(Workload workload, String deviceName, Evaluation evaluation) {
        if (output.json()) {
            ObjectNode json = Json.object().put("workload", workload.toString()).put("device", deviceName);
            Verdict.put(json, evaluation);
            console.json(json);
        } else {
            console.line(evaluation.reason() + ": " + evaluation.message());
            if (Double.isFinite(evaluation.worstErrorRatio())) {
                console.line("the largest error is " + Figures.percent(evaluation.worstErrorRatio())
                        + " of what rounding allows");
            }
            if (evaluation.kernel() != null && Double.isFinite(evaluation.floorNanos())) {
                console.line("the roofline floor is " + Figures.time(evaluation.floorNanos()) + " ("
                        + Figures.percent(evaluation.floorNanos() / evaluation.kernel().medianNanos()) + " reached)");
            }
        }
        return evaluation.accepted() || evaluation.reason() == ReasonCode.NOT_FASTER
                ? ExitCode.SUCCESS
                : ExitCode.NEGATIVE;
    }
}
