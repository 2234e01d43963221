package dev.kernelwright.tuning.fake;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device that knows {@link TestOps}, and whose kernels take as long as they are told to.
 *
 * <p>A source is the name of a {@link Behaviour}, or has a line {@code #define MICROS 80} for a right kernel that takes
 * that long.
 */
public final class FakeBackend implements Backend {
    /** The text of a binary that no device loads. */
    public static final String FOREIGN = "FOREIGN";

    /** So slow that a kernel that spins for microseconds can be near the floor. */
    public static final double BYTES_PER_SECOND = 2e8;
    /** What the leased device has. */
    public static final long LEASE_BYTES = 64 << 20;
    private static final Pattern MICROS = Pattern.compile("#define MICROS (\\d+)");
    private static final String TEMPLATE = """
            // @parameter MICROS 300 200 150 100 60
            // @step run grid=1
            #define MICROS 300
            """;

    private final int deviceIndex;
    private final MemoryLease lease = new MemoryLease(LEASE_BYTES, () -> {
    });

    /** Claims that a tenth of the time has passed. */
    private static final class LyingEvent implements DeviceEvent {
        private long nanos;

        @Override
        public void record(DeviceStream stream) {
            nanos = System.nanoTime();
        }

        @Override
        public void synchronize() {
            // Launches have ended when they return.
        }

        @Override
        public double nanosSince(DeviceEvent earlier) {
            return (nanos - ((LyingEvent) earlier).nanos) / 10.0;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private int baselinesCompiled;

    FakeBackend(int deviceIndex) {
        this.deviceIndex = deviceIndex;
    }

    /** Returns how often the baseline was compiled. */
    public int baselinesCompiled() {
        return baselinesCompiled;
    }

    /** Returns the source of a behaviour. */
    public static KernelSource source(Behaviour behaviour) {
        return source(behaviour.name());
    }

    /** Returns the source of a right kernel that takes a given time. */
    public static KernelSource source(int micros) {
        return source("#define MICROS " + micros);
    }

    /** Returns the source of a behaviour that is another one for each number. */
    public static KernelSource source(Behaviour behaviour, int number) {
        return source(behaviour.name() + " " + number);
    }

    private static KernelSource source(String text) {
        LaunchPlan.Step step = new LaunchPlan.Step("run", List.of(Expression.constant(1)), List.of(),
                Expression.constant(0));
        return new KernelSource("fake", text,
                new LaunchPlan(List.of(step), Expression.constant(FakeKernel.WORKSPACE_BYTES)), Map.of());
    }

    @Override
    public DeviceDescription device() {
        return new DeviceDescription(deviceIndex == 0 ? "fake" : "fake:" + deviceIndex, "fake", Map.of());
    }

    @Override
    public Target target() {
        return new Target(List.of(Target.exact("backend", "fake"), Target.atLeast("driver", "1")));
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
        return switch (deviceIndex) {
            case FakeBackendProvider.WITHOUT_BASELINE -> Optional.empty();
            case FakeBackendProvider.BROKEN_BASELINE ->
                Optional.of(new FakeKernel(Behaviour.THROWS, FakeKernel.BASELINE_NANOS, signature));
            case FakeBackendProvider.SLOW_BASELINE ->
                Optional.of(new FakeKernel(Behaviour.CORRECT, FakeKernel.SLOW_BASELINE_NANOS, signature));
            case FakeBackendProvider.COMPILED_BASELINE -> throw new IllegalStateException("there is no compiler");
            default -> Optional.of(new FakeKernel(Behaviour.CORRECT, FakeKernel.BASELINE_NANOS, signature));
        };
    }

    @Override
    public Optional<KernelBinary> baselineBinary(KernelSignature signature) {
        if (deviceIndex != FakeBackendProvider.COMPILED_BASELINE) {
            return Optional.empty();
        }
        baselinesCompiled++;
        KernelSource source = source(Math.toIntExact(FakeKernel.BASELINE_NANOS / 1000));
        return Optional.of(new KernelBinary("fake", source.text().getBytes(StandardCharsets.UTF_8), source.plan(), ""));
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return Optional.of(KernelTemplate.parse("fake", TEMPLATE));
    }

    /** What follows a blank only makes one source differ from another. */
    private static String behaviour(String text) {
        return text.split(" ", 2)[0];
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        return switch (behaviour(source.text())) {
            case "COMPILE_ERROR" ->
                throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "line 1: ';' expected");
            case "FORBIDDEN" ->
                throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "java/lang/System.exit is forbidden");
            case "INVALID_PLAN" ->
                throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the grid has 3 dimensions");
            case "COMPILER_BUG" -> throw new IllegalStateException("a bug in the compiler");
            default ->
                new KernelBinary("fake", source.text().getBytes(StandardCharsets.UTF_8), source.plan(), "log");
        };
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        String text = new String(binary.bytes(), StandardCharsets.UTF_8);
        if (text.equals(FOREIGN)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the binary is another driver's");
        }
        Matcher micros = MICROS.matcher(text);
        if (micros.find()) {
            return new FakeKernel(Behaviour.CORRECT, 1_000L * Integer.parseInt(micros.group(1)), signature);
        }
        Behaviour behaviour = Behaviour.valueOf(behaviour(text));
        if (behaviour == Behaviour.REFUSED_WHEN_LOADED) {
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "refused when it was loaded");
        }
        if (behaviour == Behaviour.CLAIMS_ACCEPTANCE) {
            throw new KernelRejectedException(ReasonCode.ACCEPTED, "right and 1000 times as fast");
        }
        if (behaviour == Behaviour.THROWS_WHEN_LOADED) {
            throw new ExceptionInInitializerError("a static initialiser failed");
        }
        return new FakeKernel(behaviour, FakeKernel.nanos(behaviour), signature);
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
    public Set<Capability> capabilities() {
        return switch (deviceIndex) {
            case FakeBackendProvider.LEASED -> Set.of(Capability.MEMORY_LEASE);
            case FakeBackendProvider.LYING_EVENTS -> Set.of(Capability.EVENTS);
            default -> Set.of();
        };
    }

    @Override
    public MemoryLease memory() {
        return lease;
    }

    @Override
    public DeviceEvent newEvent() {
        return new LyingEvent();
    }

    @Override
    public Map<String, String> conditions() {
        return Map.of("temperature_c", "54");
    }

    @Override
    public Roofline measureRoofline() {
        return new Roofline(1e15, List.of(new Roofline.Bandwidth(0, BYTES_PER_SECOND)));
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
