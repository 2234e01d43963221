package dev.kernelwright;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A device whose kernels are Java closures: the baseline adds, and a binary's text says what a loaded kernel does. */
public final class FakeBackend implements Backend {
    /** Where it is among the behaviours, baselines cannot be compiled. */
    static final String NO_COMPILER = "no compiler";

    final AtomicInteger openKernels = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final Map<String, Consumer<LaunchArguments>> behaviours;

    /** Creates a device whose binaries behave as the map says. */
    public FakeBackend(Map<String, Consumer<LaunchArguments>> behaviours) {
        this.behaviours = behaviours;
    }

    static void addInto(LaunchArguments arguments, float extra) {
        for (int i = 0; i < arguments.axes()[0]; i++) {
            arguments.segment(2).setAtIndex(ValueLayout.JAVA_FLOAT, i,
                    arguments.segment(0).getAtIndex(ValueLayout.JAVA_FLOAT, i)
                            + arguments.segment(1).getAtIndex(ValueLayout.JAVA_FLOAT, i) + extra);
        }
    }

    private LoadedKernel kernel(Consumer<LaunchArguments> behaviour) {
        openKernels.incrementAndGet();
        return new LoadedKernel() {
            @Override
            public long workspaceBytes(long[] axes) {
                return 0;
            }

            @Override
            public void launch(DeviceStream stream, LaunchArguments arguments) {
                behaviour.accept(arguments);
            }

            @Override
            public void close() {
                openKernels.decrementAndGet();
            }
        };
    }

    @Override
    public DeviceDescription device() {
        return new DeviceDescription("fake", "a device made of closures", Map.of());
    }

    @Override
    public Target target() {
        return new Target(List.of(Target.exact("backend", "fake"), Target.ignored("build", "1")));
    }

    @Override
    public MemorySpace memorySpace() {
        return MemorySpace.HOST;
    }

    @Override
    public String sourceLanguage() {
        return "fake";
    }

    @Override
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        if (behaviours.containsKey(NO_COMPILER)) {
            throw new IllegalStateException("a kernel was to be compiled, but there is no compiler: install one");
        }
        return signature.op().equals("add")
                ? Optional.of(kernel(arguments -> addInto(arguments, 0)))
                : Optional.empty();
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return Optional.empty();
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) {
        return new KernelBinary("fake", source.text().getBytes(StandardCharsets.UTF_8), source.plan(), "");
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        Consumer<LaunchArguments> behaviour = behaviours.get(new String(binary.bytes(), StandardCharsets.UTF_8));
        if (behaviour == null) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "no such behaviour");
        }
        return kernel(behaviour);
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
        return new Roofline(1e9, List.of(new Roofline.Bandwidth(0, 1e9)));
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
