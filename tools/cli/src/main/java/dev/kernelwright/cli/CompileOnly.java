package dev.kernelwright.cli;

import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.ProgressBar;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.OfflineCompiler;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tuning.TemplateGenerator;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Compiles the kernels that a search would try for an architecture of which no device need be here.
 *
 * <p>Which of them are right and how fast they are only a device tells, so nothing comes of it but a report.
 */
final class CompileOnly {
    private CompileOnly() {}

    /**
     * A kernel that a step of a compiled candidate launches.
     *
     * @param sharedBytes the shared memory of a block, dynamic included, at the largest axes
     */
    record Kernel(KernelResources resources, long sharedBytes) {}

    /** A point of a template's search space, and what came of it. */
    sealed interface Candidate {
        KernelSource source();

        /** It compiles, and launches these kernels. */
        record Compiles(KernelSource source, List<Kernel> kernels) implements Candidate {}

        record Rejected(KernelSource source, ReasonCode reason, String message) implements Candidate {}
    }

    /** What came of the candidates for a workload, in order. */
    record Outcome(Workload workload, List<Candidate> candidates) {
        List<Candidate.Compiles> compiling() {
            return only(Candidate.Compiles.class);
        }

        List<Candidate.Rejected> rejected() {
            return only(Candidate.Rejected.class);
        }

        private <T extends Candidate> List<T> only(Class<T> kind) {
            return candidates.stream().filter(kind::isInstance).map(kind::cast).toList();
        }
    }

    /** Compiles for each workload, reports, and returns the exit code: negative if nothing compiles for one of them. */
    static int run(Console console, boolean json, String architecture, List<Workload> workloads, TuningBudget budget) {
        List<Outcome> outcomes = new ArrayList<>();
        try (OfflineCompiler compiler = open(architecture)) {
            try (ProgressBar bar = new ProgressBar(console)) {
                for (Workload workload : workloads) {
                    List<Candidate> candidates = new ArrayList<>();
                    compile(compiler, workload, budget, candidate -> {
                        candidates.add(candidate);
                        bar.show((outcomes.size() + (double) candidates.size() / budget.candidates())
                                / workloads.size(), workload + ", " + candidates.size() + " tried");
                    });
                    outcomes.add(new Outcome(workload, candidates));
                }
            }
            CompileOnlyReport report = new CompileOnlyReport(architecture, compiler.description(), outcomes);
            if (json) {
                console.json(report.json());
            } else {
                console.lines(report.lines());
            }
        }
        return outcomes.stream().anyMatch(outcome -> outcome.compiling().isEmpty())
                ? ExitCode.NEGATIVE
                : ExitCode.SUCCESS;
    }

    private static OfflineCompiler open(String architecture) {
        List<String> asked = new ArrayList<>();
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            try {
                Optional<OfflineCompiler> compiler = provider.offlineCompiler(architecture);
                if (compiler.isPresent()) {
                    return compiler.get();
                }
            } catch (IllegalStateException e) {
                throw InputException.of(e);
            }
            asked.add(provider.name());
        }
        throw new InputException("kernels were to be compiled for the target '" + architecture + "', which is none that"
                + " one of the backends " + asked + " compiles for where there is no device: name an architecture of"
                + " NVIDIA's, such as sm_90a");
    }

    private static void compile(OfflineCompiler compiler, Workload workload, TuningBudget budget,
            Consumer<Candidate> onCandidate) {
        KernelSignature signature = workload.signature();
        Optional<KernelTemplate> template = compiler.template(signature);
        if (template.isEmpty()) {
            return;
        }
        KernelGenerator.Search search = TemplateGenerator.points(template.get(), signature, budget);
        long start = System.nanoTime();
        for (int number = 0; number < budget.candidates(); number++) {
            Optional<KernelSource> source = search.next();
            if (source.isEmpty() || (number > 0 && System.nanoTime() - start > budget.time().toNanos())) {
                return;
            }
            onCandidate.accept(compile(compiler, source.get(), signature));
        }
    }

    private static Candidate compile(OfflineCompiler compiler, KernelSource source, KernelSignature signature) {
        try {
            KernelBinary binary = compiler.compile(source, signature);
            return new Candidate.Compiles(source, kernels(binary, signature));
        } catch (KernelRejectedException e) {
            return new Candidate.Rejected(source, e.reason(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            throw InputException.of(e);
        }
    }

    private static List<Kernel> kernels(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(binary.plan(), signature);
        List<Kernel> kernels = new ArrayList<>();
        for (int step = 0; step < plan.stepCount(); step++) {
            long dynamicBytes = plan.sharedBytes(step, signature.maxAxes());
            String entry = plan.entry(step);
            binary.resources().stream().filter(resources -> resources.entry().equals(entry))
                    .map(resources -> new Kernel(resources, resources.sharedBytes() + dynamicBytes))
                    .forEach(kernels::add);
        }
        return kernels;
    }
}
