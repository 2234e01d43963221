package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.KernelTrial.Values;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Every kernel against its op's reference on the machine's GPU, as a program that needs the JDK's base alone: {@code java
 * --enable-native-access=ALL-UNNAMED -cp classes:test-classes:sdk.jar dev.kernelwright.backend.cuda.CudaKernelChecks
 * [--no-checks] [--time] [--each] [--points=N] [--dtypes=f32,bf16] [--shapes=TEXT] [--peers=FILE] [--device=NAME]
 * [op ...]}. For JUnit there is {@link CudaContractTest}. {@code --time} and what follows are of {@link KernelTimes};
 * {@code --device=opencl} is for the times of another backend on the same GPU, whose jar must be there too.
 *
 * <p>Every point is compiled once with every axis a range, and run on all shapes; and for each shape one is compiled with
 * fixed axes, by turns the default and one of the others.
 */
public final class CudaKernelChecks implements AutoCloseable {
    private static final int OTHER_POINTS = 3;
    /** Ops that may be given infinities and huge numbers: their results are then the same in float and in double. */
    private static final Set<String> SPECIAL = Set.of("add", "mul", "silu_mul", "gelu", "sum", "argmax", "softmax");

    private final Backend backend;
    private final DeviceStream stream;
    private int kernels;
    private double worst;

    /** Checks the kernels of a backend, and closes it in the end. */
    CudaKernelChecks(Backend backend) {
        this.backend = backend;
        this.stream = backend.newStream();
    }

    /** Opens the first device of a backend; {@code pool} must be closed afterwards. */
    private static CudaKernelChecks open(BlockPool pool, String backend) {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(found -> found.name().equals(backend)).findFirst().orElseThrow(
                        () -> new IllegalStateException("--device=" + backend + " was given, but no backend on the"
                                + " class path is called so: add its jar"));
        if (provider.probe() instanceof Probe.Unavailable(String reason, String cure)) {
            throw new IllegalStateException(reason + ": " + cure);
        }
        return new CudaKernelChecks(provider.open(0, pool));
    }

    /** Checks the kernels of an op. Throws an exception that names the kernel, its point and the shape. */
    public void check(String op) throws KernelRejectedException {
        for (DType dtype : KernelFamily.DTYPES) {
            check(op, dtype);
        }
    }

    private void check(String op, DType dtype) throws KernelRejectedException {
        kernels = 0;
        worst = 0;
        for (KernelFamily family : KernelFamily.all()) {
            if (family.op().equals(op)) {
                check(family, dtype);
            }
        }
        System.out.printf(Locale.ROOT, "%-10s %-4s ok %3d kernels, worst error %.3f of its bound%n", op, dtype.id(),
                kernels, worst);
    }

    private void check(KernelFamily family, DType dtype) throws KernelRejectedException {
        Workload ranged = family.ranged(dtype);
        KernelTemplate template = backend.template(ranged.signature()).orElse(null);
        List<LoadedKernel> loaded = new ArrayList<>();
        List<String> names = new ArrayList<>();
        try {
            loaded.add(backend.baseline(ranged.signature()).orElseThrow());
            names.add("the baseline");
            if (template != null) {
                for (Map<String, Long> point : KernelPoints.some(template, ranged.signature(), OTHER_POINTS)) {
                    loaded.add(load(template, point, ranged.signature()));
                    names.add("the template at " + point);
                }
            }
            kernels += loaded.size();
            for (int i = 0; i < family.shapes().size(); i++) {
                checkShape(family, dtype, i, loaded, names);
            }
        } finally {
            loaded.forEach(LoadedKernel::close);
        }
    }

    private void checkShape(KernelFamily family, DType dtype, int index, List<LoadedKernel> loaded,
            List<String> names) throws KernelRejectedException {
        long[] shape = family.shapes().get(index);
        Workload fixed = family.fixed(shape, dtype);
        List<Values> kinds = List.of(Values.SMALL_INTEGERS, Values.NORMAL, Values.LARGE, Values.OFFSET,
                SPECIAL.contains(family.op()) ? Values.SPECIAL : Values.NANS);
        for (int misalignment = 0; misalignment < 2; misalignment++) {
            try (KernelTrial trial = new KernelTrial(backend, stream, fixed, shape,
                    kinds.get((index + misalignment) % kinds.size()), index, misalignment)) {
                for (int i = 0; i < loaded.size(); i++) {
                    run(trial, loaded.get(i), names.get(i) + " of " + family.text() + " in " + dtype.id(), shape);
                }
                checkFixed(trial, fixed, index + misalignment, shape);
                if (indexInput(family.op()) >= 0 && shape[0] > 2) {
                    trial.setIndex(indexInput(family.op()), 1, -1);
                    trial.setIndex(indexInput(family.op()), (int) shape[0] - 1, 8192);
                    for (int i = 0; i < loaded.size(); i++) {
                        run(trial, loaded.get(i), names.get(i) + " of " + family.text() + " in " + dtype.id()
                                + " with wrong indices", shape);
                    }
                }
            }
        }
    }

    private static int indexInput(String op) {
        return op.equals("embedding") ? 0 : op.equals("rope") ? 3 : -1;
    }

    private void checkFixed(KernelTrial trial, Workload fixed, int index, long[] shape)
            throws KernelRejectedException {
        KernelTemplate template = backend.template(fixed.signature()).orElse(null);
        if (template == null) {
            return;
        }
        List<Map<String, Long>> points = KernelPoints.some(template, fixed.signature(), OTHER_POINTS);
        Map<String, Long> point = points.get(index % points.size());
        try (LoadedKernel kernel = load(template, point, fixed.signature())) {
            kernels++;
            run(trial, kernel, "the template at " + point + " of " + fixed, shape);
        }
    }

    private void run(KernelTrial trial, LoadedKernel kernel, String name, long[] shape) {
        try {
            worst = Math.max(worst, trial.run(kernel));
        } catch (RuntimeException e) {
            throw new IllegalStateException(name + " with axes " + Arrays.toString(shape) + ": " + e.getMessage(), e);
        }
    }

    private LoadedKernel load(KernelTemplate template, Map<String, Long> point, KernelSignature signature)
            throws KernelRejectedException {
        try {
            return backend.load(backend.compile(template.expand(point, signature), signature), signature);
        } catch (KernelRejectedException e) {
            throw new KernelRejectedException(e.reason(), "the template at " + point + " of " + signature + ": "
                    + e.getMessage());
        }
    }

    @Override
    public void close() {
        stream.close();
        backend.close();
    }

    /** Checks, or times, the named ops or all; exits with 1 if something is not right, and with 2 on bad usage. */
    public static void main(String[] args) throws IOException {
        List<String> ops = new ArrayList<>(List.of(args));
        boolean check = !ops.remove("--no-checks");
        boolean time = ops.remove("--time");
        boolean each = ops.remove("--each");
        int points = Integer.parseInt(setting(ops, "points", "11"));
        String shapes = setting(ops, "shapes", "");
        String peers = setting(ops, "peers", "");
        String device = setting(ops, "device", CudaBackendProvider.NAME);
        List<DType> dtypes = Arrays.stream(setting(ops, "dtypes", "f32,f16,bf16").split(",", -1))
                .map(id -> DType.valueOf(id.toUpperCase(Locale.ROOT))).toList();
        List<String> known = StandardOps.all().stream().map(OpDefinition::name).toList();
        if (ops.isEmpty()) {
            ops.addAll(known);
        }
        if (!known.containsAll(ops)) {
            System.out.println("the ops or options " + ops + " were given, but there are the ops " + known
                    + " and the options that the class's first comment names: use those");
            System.exit(2);
        }
        boolean failed = false;
        try (BlockPool pool = new BlockPool(1); CudaKernelChecks checks = open(pool, device)) {
            System.out.println(checks.backend.device().name());
            for (String op : check ? ops : List.<String>of()) {
                for (DType dtype : dtypes) {
                    failed |= !checks.succeeds(op, dtype);
                }
            }
            if (time) {
                Map<String, Double> peerNanos = peers.isEmpty() ? Map.of() : KernelTimes.peers(Path.of(peers));
                new KernelTimes(checks.backend, checks.stream, peerNanos, points, each).print(ops, dtypes, shapes);
            }
        }
        if (failed) {
            System.exit(1);
        }
    }

    /** Takes {@code --name=value} out of the arguments. */
    private static String setting(List<String> arguments, String name, String otherwise) {
        String prefix = "--" + name + "=";
        List<String> given = arguments.stream().filter(argument -> argument.startsWith(prefix)).toList();
        arguments.removeAll(given);
        return given.isEmpty() ? otherwise : given.getLast().substring(prefix.length());
    }

    private boolean succeeds(String op, DType dtype) {
        try {
            check(op, dtype);
            return true;
        } catch (KernelRejectedException | RuntimeException e) {
            System.out.println(op + " " + dtype.id() + " FAILED: " + e.getMessage());
            return false;
        }
    }
}
