package dev.kernelwright.samples.nativec;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.RooflineKernels;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The machine's processor as a device: kernels are C functions whose blocks run on a {@link BlockPool}. */
final class NativeCBackend implements Backend {
    private static final String LANGUAGE = "C";
    private static final String FORMAT = "so";
    /** Within each level of the caches, and beyond. */
    private static final long[] WORKING_SETS = {32L << 10, 512L << 10, 8L << 20, 64L << 20, 256L << 20};

    private final CCompiler compiler;
    private final BlockPool pool;
    private final DeviceDescription device;
    private final Target target;

    NativeCBackend(CCompiler compiler, BlockPool pool) {
        this.compiler = compiler;
        this.pool = pool;
        this.device = describe(compiler);
        this.target = new Target(List.of(Target.exact("backend", NativeCProvider.NAME),
                Target.exact("arch", System.getProperty("os.arch")), Target.exact("cpu", device.model()),
                Target.exact("features", compiler.features), Target.exact("compiler", compiler.version),
                Target.exact("threads", Integer.toString(pool.parallelism())),
                Target.ignored("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))));
    }

    static DeviceDescription describe(CCompiler compiler) {
        return new DeviceDescription(NativeCProvider.NAME, processor(), new TreeMap<>(Map.of("arch",
                System.getProperty("os.arch"), "cores", Integer.toString(Runtime.getRuntime().availableProcessors()),
                "compiler", compiler.version, "features", compiler.features)));
    }

    /** The first processor's name in Linux's list; the architecture's where it has none, as on Arm. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Returns the text of one of this library's own files, if there is one of the name. */
    static Optional<String> resource(String name) {
        try (InputStream in = NativeCBackend.class.getResourceAsStream(name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read from this library's own jar", e);
        }
    }

    private static Optional<KernelTemplate> template(String folder, KernelSignature signature) {
        return signature.dtype() != DType.F32
                ? Optional.empty()
                : resource(folder + "/" + signature.op() + ".c").map(text -> KernelTemplate.parse(LANGUAGE, text));
    }

    @Override
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        return template("baselines", signature).map(baseline -> {
            try {
                return load(compile(baseline.expand(Map.of(), signature), signature), signature);
            } catch (KernelRejectedException e) {
                throw new IllegalStateException("the baseline of " + signature + " is refused: " + e.getMessage(), e);
            }
        });
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return template("templates", signature);
    }

    @Override
    public Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.of(new KernelDialect(LANGUAGE, resource("guide.md").get(),
                "void run(" + NativeCKernel.parameters(signature, true, true) + ")",
                Stream.of("baselines/silu_mul.c", "templates/rms_norm.c", "templates/matmul.c", "baselines/softmax.c")
                        .filter(name -> !name.endsWith("/" + signature.op() + ".c")).limit(3)
                        .map(name -> resource(name).get()).toList()));
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        if (!source.language().equals(LANGUAGE)) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "a source in '" + source.language()
                    + "' was given to native-c, which compiles '" + LANGUAGE + "': write it in that language");
        }
        SourceScreen.screen(source.text());
        CCompiler.Ended compiled = compiler.compile(NativeCKernel.declarations(source, signature) + source.text());
        return new KernelBinary(FORMAT, compiled.library(), source.plan(), compiled.log());
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        if (!binary.format().equals(FORMAT)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of the format '" + binary.format()
                    + "' was given to native-c, which loads '" + FORMAT + "': compile the source again");
        }
        return NativeCKernel.load(binary, signature, pool);
    }

    @Override
    public DeviceDescription device() {
        return device;
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public MemorySpace memorySpace() {
        return MemorySpace.HOST;
    }

    @Override
    public String sourceLanguage() {
        return LANGUAGE;
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return Tensor.allocate(arena, dtype, shape);
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        to.segment().copyFrom(from.segment());
    }

    @Override
    public DeviceStream newStream() {
        return new HostStream();
    }

    @Override
    public Roofline measureRoofline() {
        String threads = Integer.toString(pool.parallelism());
        KernelTemplate multiplyAdds = KernelTemplate.parse(LANGUAGE, resource("roofline_fma.c").get());
        KernelTemplate copy =
                KernelTemplate.parse(LANGUAGE, resource("roofline_copy.c").get().replace("THREADS", threads));
        return new RooflineKernels(multiplyAdds, 2L * 192, pool.parallelism(), 1 << 18, copy).measureAt(this,
                WORKING_SETS);
    }

    @Override
    public void close() {
        // The pool belongs to whoever opened the device.
    }
}
