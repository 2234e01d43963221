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
import java.util.function.Consumer;

/**
 * The kernels that a backend has for one family of shapes: the baseline, and each template with every value of each
 * parameter, all of them with every axis a range.
 */
final class KernelSet implements AutoCloseable {
    private final BackendContract contract;
    private final Backend backend;
    private final ShapeFamily family;
    private final DType dtype;
    private final Map<String, LoadedKernel> kernels = new LinkedHashMap<>();

    KernelSet(BackendContract contract, ShapeFamily family, DType dtype) {
        this.contract = contract;
        this.backend = contract.backend();
        this.family = family;
        this.dtype = dtype;
    }

    Workload ranged() {
        return family.ranged(dtype);
    }

    /** Gives every kernel to a check, and says of which one it fails. They are loaded by the first call. */
    void forAll(Consumer<LoadedKernel> check) throws KernelRejectedException {
        if (kernels.isEmpty()) {
            load();
        }
        kernels.forEach((name, kernel) -> naming(name, () -> check.accept(kernel)));
    }

    private void load() throws KernelRejectedException {
        KernelSignature signature = ranged().signature();
        backend.baseline(signature).ifPresent(baseline -> kernels.put("the baseline", baseline));
        for (KernelTemplate template : contract.templates(signature).toList()) {
            for (Map<String, Long> point : TemplatePoints.covering(template, signature)) {
                // Templates of several kinds of devices may have a point in common.
                kernels.put("the template at " + point + " (" + kernels.size() + ")", load(template, point, signature));
            }
        }
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
