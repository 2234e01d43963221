package dev.kernelwright.tck;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * The page {@code target/scorecard-NAME.md}: what a run of the contract found and measured on a device.
 *
 * <p>Each part of the kit writes its own section, and the page is made of those that are there.
 */
final class Scorecard implements InvocationInterceptor {
    private static final Path FOLDER = Path.of("target");
    private static final int SAMPLES = 7;
    private static final long SAMPLE_NANOS = 5_000_000;
    /** What a kernel is warmed up to, in times of the roofline's: more than many take, so that it does not take long. */
    private static final double EXPECTED_FLOORS = 5;
    /** A size of each op that keeps a processor or a small GPU busy without taking long on a plain baseline. */
    private static final List<String> TIMED = List.of("add(n=1048576)", "mul(n=1048576)", "silu_mul(n=1048576)",
            "gelu(n=1048576)", "sum(rows=256,cols=4096)", "argmax(rows=256,cols=4096)", "softmax(rows=256,cols=4096)",
            "rms_norm(rows=256,cols=4096)", "layer_norm(rows=256,cols=4096)",
            "rope(rows=64,heads=32,head_dim=128,positions=64)", "embedding(rows=256,vocab=1024,dim=4096)",
            "matmul(m=256,n=256,k=256)", "attention(batch=1,q_len=128,ctx=128,heads=8,kv_heads=8,head_dim=64)");

    private final Map<String, Map<DType, Integer>> covered = new TreeMap<>();
    private int passed;
    private int failed;
    private int skipped;

    /** A test that may throw anything. */
    @FunctionalInterface
    private interface Attempt {
        void proceed() throws Throwable;
    }

    private void count(Attempt attempt) throws Throwable {
        try {
            attempt.proceed();
            passed++;
        } catch (TestAbortedException e) {
            skipped++;
            throw e;
        } catch (Throwable t) {
            failed++;
            throw t;
        }
    }

    @Override
    public void interceptTestMethod(Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        count(invocation::proceed);
    }

    @Override
    public void interceptDynamicTest(Invocation<@Nullable Void> invocation, DynamicTestInvocationContext test,
            ExtensionContext context) throws Throwable {
        count(invocation::proceed);
    }

    /** Notes that a family's kernels are right. */
    void covered(ShapeFamily family, KernelSet kernels) {
        covered.computeIfAbsent(family.op(), ignored -> new TreeMap<>()).merge(kernels.ranged().signature().dtype(),
                kernels.size(), Integer::sum);
    }

    /** Returns how the tests ended so far. */
    String tests() {
        return String.format(Locale.ROOT, "%d passed, %d failed, %d skipped", passed, failed, skipped);
    }

    /** Writes the contract's section. */
    void writeContract(BackendContract contract) throws KernelRejectedException {
        Backend backend = contract.backend();
        DeviceDescription device = backend.device();
        List<String> lines = new ArrayList<>();
        lines.add("# Scorecard: " + device.name());
        lines.add("");
        lines.add("Device: " + device.model() + ". " + String.join(", ", device.facts().entrySet().stream()
                .map(fact -> fact.getKey() + " " + fact.getValue()).toList()) + ".");
        lines.add("");
        lines.add("| | |");
        lines.add("| --- | --- |");
        lines.add("| tests of the contract | " + tests() + " |");
        lines.add("| capabilities | " + backend.capabilities().stream().sorted().toList() + " |");
        try (LoadedKernel kernel = contract.load(backend, ContractKernel.INCREMENT);
                DeviceStream stream = backend.newStream();
                IncrementChain chain = new IncrementChain(backend, kernel, stream, 1)) {
            lines.add(String.format(Locale.ROOT, "| a launch, queued behind others | %.2f µs |",
                    nanos(stream, chain::launchOnce) / 1000));
            lines.add(String.format(Locale.ROOT, "| a launch, and waiting for it | %.2f µs |", nanos(stream, () -> {
                chain.launchOnce();
                stream.synchronize();
            }) / 1000));
        }
        lines.add("");
        lines.add(
                "| op | kernels found right | workload | baseline | of the roofline | template at its default | of the"
                        + " roofline |");
        lines.add("| --- | --- | --- | ---: | ---: | ---: | ---: |");
        for (String text : TIMED) {
            lines.add(row(contract, text));
        }
        write(device.name(), "contract", lines);
    }

    private String row(BackendContract contract, String text) throws KernelRejectedException {
        Backend backend = contract.backend();
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        KernelSignature signature = workload.signature();
        StringBuilder row = new StringBuilder("| " + signature.op() + " | " + covered
                .getOrDefault(signature.op(), Map.of()).entrySet().stream()
                .map(entry -> entry.getValue() + " in " + entry.getKey()).toList().toString().replaceAll("[\\[\\]]", "")
                + " | " + text + " |");
        List<LoadedKernel> kernels = new ArrayList<>();
        backend.baseline(signature).ifPresent(kernels::add);
        row.append(cells(contract, workload, kernels));
        kernels.clear();
        KernelTemplate template = backend.template(signature).orElse(null);
        if (template != null) {
            kernels.add(backend.load(backend.compile(template.expand(template.defaultPoint(), signature),
                    signature), signature));
        }
        return row.append(cells(contract, workload, kernels)).toString();
    }

    private static String cells(BackendContract contract, Workload workload, List<LoadedKernel> kernels) {
        if (kernels.isEmpty()) {
            return " none | |";
        }
        Backend backend = contract.backend();
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        try (LoadedKernel kernel = kernels.getFirst();
                DeviceStream stream = backend.newStream();
                Arena arena = Arena.ofShared()) {
            LaunchArguments arguments = new LaunchArguments(signature.buffers().size(), axes.length);
            System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
            for (BufferSpec spec : signature.buffers()) {
                Tensor tensor = backend.allocate(arena, spec.dtype(), signature.shape(spec, axes));
                if (spec.indexLimit() != null) {
                    // Else all were 0, and what they stand for in a cache.
                    long limit = signature.evaluate(spec.indexLimit(), axes);
                    backend.copy(stream, everyIndex(arena, tensor, limit), tensor);
                }
                arguments.setBuffer(signature.buffers().indexOf(spec), tensor);
            }
            long bytes = kernel.workspaceBytes(axes);
            if (bytes > 0) {
                arguments.setWorkspace(backend.allocate(arena, DType.F32, Math.ceilDiv(bytes, Float.BYTES)));
            }
            Roofline roofline = contract.rooflines().of(backend);
            double floor = roofline.floorNanos(workload, axes);
            kernel.warmUp((long) (EXPECTED_FLOORS * floor));
            double nanos = nanos(stream, () -> kernel.launch(stream, arguments));
            return String.format(Locale.ROOT, " %.1f µs | %.2f |", nanos / 1000, floor / nanos);
        }
    }

    private static Tensor everyIndex(Arena arena, Tensor like, long limit) {
        Tensor indices = Tensor.allocate(arena, like.dtype(), like.shape());
        Elements elements = new Elements(indices);
        for (long i = 0; i < elements.count(); i++) {
            elements.set(i, (double) (i % limit));
        }
        return indices;
    }

    /** Returns the median time of a launch among several queued ones, after a warm-up. */
    static double nanos(DeviceStream stream, Runnable launch) {
        double[] samples = new double[SAMPLES];
        int launches = 1;
        for (int i = -SAMPLES; i < SAMPLES; i++) {
            long start = System.nanoTime();
            for (int j = 0; j < launches; j++) {
                launch.run();
            }
            stream.synchronize();
            double each = (System.nanoTime() - start) / (double) launches;
            launches = (int) Math.clamp(SAMPLE_NANOS / each, 1, 10_000);
            if (i >= 0) {
                samples[i] = each;
            }
        }
        return Timing.of(samples).medianNanos();
    }

    /** Writes a section, and the page anew. */
    static void write(String device, String section, List<String> lines) {
        String name = "scorecard-" + device.replace(':', '-');
        Path sections = FOLDER.resolve(name);
        try {
            Files.createDirectories(sections);
            Files.write(sections.resolve(section + ".md"), lines);
            List<String> page = new ArrayList<>();
            for (String each : List.of("contract.md", "corpus.md")) {
                if (Files.exists(sections.resolve(each))) {
                    page.addAll(Files.readAllLines(sections.resolve(each)));
                    page.add("");
                }
            }
            Files.write(FOLDER.resolve(name + ".md"), page);
        } catch (IOException e) {
            throw new UncheckedIOException("the scorecard cannot be written to " + sections.toAbsolutePath(), e);
        }
    }
}
