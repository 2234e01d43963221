package dev.kernelwright.tck;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** A part of the kernels that a backend has for one family of shapes, all of them with every axis a range. */
final class KernelSet implements AutoCloseable {
    /** The default point, and the one that differs from it in most parameters. */
    private static final int ESSENTIAL_POINTS = 2;

    /** Which kernels; both together have every value of each template's parameters. */
    enum Part {
        /** The baseline, the device's own template at two points, and those for other devices at their default. */
        ESSENTIAL,
        /** Each template at all others. */
        REST
    }

    private final BackendContract contract;
    private final Backend backend;
    private final ShapeFamily family;
    private final DType dtype;
    private final Part part;
    private final Map<String, LoadedKernel> kernels = new LinkedHashMap<>();

    KernelSet(BackendContract contract, ShapeFamily family, DType dtype, Part part) {
        this.contract = contract;
        this.backend = contract.backend();
        this.family = family;
        this.dtype = dtype;
        this.part = part;
    }

    Part part() {
        return part;
    }

    Workload ranged() {
        return family.ranged(dtype);
    }

    /** Gives every kernel to a check, and says of which one it fails. They are loaded by the first call. */
    void forAll(Consumer<LoadedKernel> check) {
        if (kernels.isEmpty()) {
            load();
        }
        kernels.forEach((name, kernel) -> naming(name, () -> check.accept(kernel)));
    }

    /** On as many threads as there are processors, since compiling takes most of a test's time. */
    private void load() {
        KernelSignature signature = ranged().signature();
        Map<String, Future<LoadedKernel>> loading = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            if (part == Part.ESSENTIAL) {
                backend.baseline(signature).ifPresent(baseline -> kernels.put("the baseline", baseline));
            }
            List<KernelTemplate> templates = contract.templates(signature).toList();
            for (KernelTemplate template : templates) {
                int essential = template.equals(templates.getFirst()) ? ESSENTIAL_POINTS : 1;
                for (Map<String, Long> point : points(template, signature, essential)) {
                    // Templates of several kinds of devices may have a point in common.
                    loading.put("the template at " + point + " (" + loading.size() + ")",
                            threads.submit(() -> load(template, point, signature)));
                }
            }
        }
        loading.forEach((name, kernel) -> {
            if (kernel.state() == Future.State.SUCCESS) {
                kernels.put(name, kernel.resultNow());
            }
        });
        loading.forEach((name, kernel) -> {
            if (kernel.state() != Future.State.SUCCESS) {
                Throwable failure = kernel.exceptionNow();
                throw new AssertionError(name + " cannot be loaded: " + failure.getMessage(), failure);
            }
        });
    }

    private List<Map<String, Long>> points(KernelTemplate template, KernelSignature signature, int wanted) {
        List<Map<String, Long>> all = TemplatePoints.covering(template, signature);
        int essential = Math.min(wanted, all.size());
        return part == Part.ESSENTIAL ? all.subList(0, essential) : all.subList(essential, all.size());
    }

    /** Runs a point of a template, each in turn, that is compiled for a trial's shape alone. */
    void runFixed(KernelTrial trial, int turn) throws KernelRejectedException {
        KernelSignature signature = family.fixed(trial.axes(), dtype).signature();
        List<KernelTemplate> templates = contract.templates(signature).toList();
        if (templates.isEmpty()) {
            return;
        }
        KernelTemplate template = templates.get(turn % templates.size());
        List<Map<String, Long>> points = TemplatePoints.covering(template, signature);
        Map<String, Long> point = points.get(turn / templates.size() % points.size());
        try (LoadedKernel kernel = load(template, point, signature)) {
            naming("the template at " + point + " of " + signature, () -> trial.run(kernel));
        }
    }

    private LoadedKernel load(KernelTemplate template, Map<String, Long> point, KernelSignature signature)
            throws KernelRejectedException {
        try {
            return backend.load(backend.compile(template.expand(point, signature), signature), signature);
        } catch (KernelRejectedException e) {
            throw new KernelRejectedException(e.reason(),
                    "the template at " + point + " of " + signature + ": " + e.getMessage());
        }
    }

    private static void naming(String name, Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }

    int size() {
        return kernels.size();
    }

    @Override
    public void close() {
        kernels.values().forEach(LoadedKernel::close);
        kernels.clear();
    }
}
