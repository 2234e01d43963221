package dev.kernelwright.tuning.llm;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A device of which there are the facts alone, the same on every machine. */
final class TestBackend implements Backend {
    private final String language;
    private final Function<KernelSignature, KernelDialect> dialect;

    TestBackend(String language, Function<KernelSignature, KernelDialect> dialect) {
        this.language = language;
        this.dialect = dialect;
    }

    /** Returns a device whose kernels are any text with a step. */
    static TestBackend plain() {
        return new TestBackend("java-vector", signature -> new KernelDialect("java-vector", "Write well.",
                "static void run(...)", List.of("// an example")));
    }

    @Override
    public DeviceDescription device() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("cores", "8");
        facts.put("l2_cache", "1024K");
        return new DeviceDescription("test", "Test processor", facts);
    }

    @Override
    public Target target() {
        return new Target(List.of(Target.exact("backend", "test")));
    }

    @Override
    public MemorySpace memorySpace() {
        return MemorySpace.HOST;
    }

    @Override
    public String sourceLanguage() {
        return language;
    }

    @Override
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        return Optional.empty();
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return Optional.empty();
    }

    @Override
    public Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.of(dialect.apply(signature));
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return Tensor.allocate(arena, dtype, shape);
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DeviceStream newStream() {
        return new HostStream();
    }

    @Override
    public Roofline measureRoofline() {
        return new Roofline(200e9, List.of(new Roofline.Bandwidth(32 << 10, 150e9),
                new Roofline.Bandwidth(256 << 20, 25e9)));
    }

    @Override
    public void close() {}
}
