package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.Compilations.Compiled;
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
import java.util.stream.Stream;

/**
 * Every kernel against its op's reference on the machine's GPU, as a program that needs the JDK's base alone: {@code java
 * --enable-native-access=ALL-UNNAMED -cp classes:test-classes:sdk.jar dev.kernelwright.backend.cuda.CudaKernelChecks
 * [--no-checks] [--families=TEXT] [--time] [--each] [--points=N] [--dtypes=f32,bf16] [--shapes=TEXT] [--peers=FILE]
 * [--device=NAME] [op ...]}. Of the families only those are checked whose text contains the given one. For JUnit there is
 * {@link CudaContractTest}. {@code --time} and what follows but {@code --dtypes} are of {@link KernelTimes};
 * {@code --device=opencl} is for the times of another backend on the same GPU, whose jar must be there too.
 *
 * <p>Every point is compiled once with every axis a range, and run on all shapes; and for each shape one is compiled with
 * fixed axes, by turns the default and one of the others. What is compiled takes far longer than what is run, so several
 * compilations go on while others' kernels are run.
 */
public final class CudaKernelChecks implements AutoCloseable {
    private static final int OTHER_POINTS = 3;
    /** Ops that may be given infinities and huge numbers: their results are then the same in float and in double. */
    private static final Set<String> SPECIAL = Set.of("add", "mul", "silu_mul", "gelu", "sum", "argmax", "softmax");

    private final Backend backend;
    private final DeviceStream stream;
    private final Compilations compilations;
    private int kernels;
    private double worst;

    /** A family with its kernels: those that are run on all shapes, and one that is made for each shape. */
    private record Prepared(KernelFamily family, List<Compiled> ranged, List<Compiled> fixed) {}

    /** Checks the kernels of a backend, and closes it in the end. */
    CudaKernelChecks(Backend backend) {
        this.backend = backend;
        this.stream = backend.newStream();
        this.compilations = new Compilations(backend);
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
            check(op, dtype, "");
        }
    }

    private void check(String op, DType dtype, String part) throws KernelRejectedException {
        kernels = 0;
        worst = 0;
        List<Prepared> prepared = KernelFamily.all().stream()
                .filter(family -> family.op().equals(op) && family.text().contains(part))
                .map(family -> prepare(family, dtype)).toList();
        try {
            for (Prepared each : prepared) {
                check(each, dtype);
            }
        } finally {
            prepared.stream().flatMap(each -> Stream.concat(each.ranged.stream(), each.fixed.stream()))
                    .forEach(each -> each.binary().cancel(false));
        }
        System.out.printf(Locale.ROOT, "%-10s %-4s ok %3d kernels, worst error %.3f of its bound%n", op, dtype.id(),
                kernels, worst);
    }

    private Prepared prepare(KernelFamily family, DType dtype) {
        KernelSignature signature = family.ranged(dtype).signature();
        String of = family.text() + " in " + dtype.id();
        List<Compiled> ranged = new ArrayList<>();
        ranged.add(compilations.baseline(signature, of));
        for (Map<String, Long> point : points(signature)) {
            ranged.add(compilations.point(point, signature, of));
        }
        List<Compiled> fixed = new ArrayList<>();
        for (long[] shape : family.shapes()) {
            KernelSignature ofShape = family.fixed(shape, dtype).signature();
            List<Map<String, Long>> points = points(ofShape);
            fixed.add(compilations.point(points.get(fixed.size() % points.size()), ofShape, ofShape.toString()));
        }
        return new Prepared(family, ranged, fixed);
    }

    private List<Map<String, Long>> points(KernelSignature signature) {
        return KernelPoints.some(backend.template(signature).orElseThrow(), signature, OTHER_POINTS);
    }

    private void check(Prepared prepared, DType dtype) throws KernelRejectedException {
        List<LoadedKernel> loaded = new ArrayList<>();
        try {
            for (Compiled each : prepared.ranged) {
                loaded.add(each.load(backend));
            }
            kernels += loaded.size() + prepared.fixed.size();
            for (int i = 0; i < prepared.family.shapes().size(); i++) {
                checkShape(prepared, dtype, i, loaded);
            }
        } finally {
            loaded.forEach(LoadedKernel::close);
        }
    }

    private void checkShape(Prepared prepared, DType dtype, int index, List<LoadedKernel> ranged)
            throws KernelRejectedException {
        KernelFamily family = prepared.family;
        long[] shape = family.shapes().get(index);
        Workload fixed = family.fixed(shape, dtype);
        List<Values> kinds = List.of(Values.SMALL_INTEGERS, Values.NORMAL, Values.LARGE, Values.OFFSET,
                SPECIAL.contains(family.op()) ? Values.SPECIAL : Values.NANS);
        Compiled ofShape = prepared.fixed.get(index);
        List<String> names = Stream.concat(prepared.ranged.stream(), Stream.of(ofShape)).map(Compiled::name).toList();
        try (LoadedKernel own = ofShape.load(backend)) {
            List<LoadedKernel> loaded = Stream.concat(ranged.stream(), Stream.of(own)).toList();
            for (int misalignment = 0; misalignment < 2; misalignment++) {
                try (KernelTrial trial = new KernelTrial(backend, stream, fixed, shape,
                        kinds.get((index + misalignment) % kinds.size()), index, misalignment)) {
                    for (int i = 0; i < loaded.size(); i++) {
                        run(trial, loaded.get(i), names.get(i), shape);
                    }
                    if (indexInput(family.op()) >= 0 && shape[0] > 2) {
                        trial.setIndex(indexInput(family.op()), 1, -1);
                        trial.setIndex(indexInput(family.op()), (int) shape[0] - 1, 8192);
                        for (int i = 0; i < loaded.size(); i++) {
                            run(trial, loaded.get(i), names.get(i) + " with wrong indices", shape);
                        }
                    }
                }
            }
        }
    }

    private static int indexInput(String op) {
        return op.equals("embedding") ? 0 : op.equals("rope") ? 3 : -1;
    }

    private void run(KernelTrial trial, LoadedKernel kernel, String name, long[] shape) {
        try {
            worst = Math.max(worst, trial.run(kernel));
        } catch (RuntimeException e) {
            throw new IllegalStateException(name + " with axes " + Arrays.toString(shape) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        compilations.close();
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
        String families = setting(ops, "families", "");
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
                    failed |= !checks.succeeds(op, dtype, families);
                }
            }
            if (time) {
                Map<String, Double> peerNanos = peers.isEmpty() ? Map.of() : KernelTimes.peers(Path.of(peers));
                new KernelTimes(checks.backend, checks.stream, checks.compilations, peerNanos, points, each)
                        .print(ops, dtypes, shapes);
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

    private boolean succeeds(String op, DType dtype, String families) {
        try {
            check(op, dtype, families);
            return true;
        } catch (KernelRejectedException | RuntimeException e) {
            System.out.println(op + " " + dtype.id() + " FAILED: " + e.getMessage());
            return false;
        }
    }
}
