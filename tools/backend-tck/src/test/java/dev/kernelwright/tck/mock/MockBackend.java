package dev.kernelwright.tck.mock;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.op.standard.Embedding;
import dev.kernelwright.op.standard.Softmax;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
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
import dev.kernelwright.tck.mock.MockKernel.Operation;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A device in plain Java that can do everything a device can, with at most one {@link Fault}.
 *
 * <p>Its memory is the host's in disguise. A source is lines such as {@code run: increment}: an entry point and one of
 * the {@link Operation}s; a binary is the same text.
 */
final class MockBackend implements Backend {
    static final List<OpDefinition> OPS = List.of(Add.DEFINITION, Softmax.DEFINITION, Embedding.DEFINITION);
    private static final String LANGUAGE = "mock";
    private static final String HEADER = "mock binary\n";
    private static final String HIDING = "hiding failures\n";
    private static final long HEAP_BYTES = 1L << 30;
    private static final String TEMPLATE = """
            // @parameter STEP 1 2
            // @step run grid=1
            #define STEP 1
            run: sum
            """;

    private final DeviceDescription description;
    private final MemorySpace space = new MemorySpace("mock");
    private final DeviceHeap heap = new DeviceHeap(space, new HostMemory(), 64, HEAP_BYTES, HEAP_BYTES);
    private final List<MockStream> streams = new ArrayList<>();
    private final List<Tensor> kept = new ArrayList<>();
    private final Map<Integer, String> compiled = new HashMap<>();
    private Tensor shared;
    private boolean closed;

    MockBackend(DeviceDescription description) {
        this.description = description;
    }

    @Override
    public DeviceDescription device() {
        return description;
    }

    @Override
    public Target target() {
        String serial =
                Fault.HAS_ANOTHER_TARGET_EACH_TIME.isHere() ? Integer.toString(System.identityHashCode(this)) : "1";
        return new Target(List.of(Target.exact("backend", "mock"), Target.exact("serial", serial),
                Fault.DOES_NOT_COMPARE_ITS_DRIVER.isHere()
                        ? Target.ignored("driver", "7")
                        : Target.atLeast("driver", "7")));
    }

    @Override
    public MemorySpace memorySpace() {
        return space;
    }

    @Override
    public String sourceLanguage() {
        return LANGUAGE;
    }

    @Override
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        return OPS.stream().filter(op -> op.name().equals(signature.op()) && signature.dtype() == DType.F32)
                .filter(op -> !Fault.LACKS_A_BASELINE.isHere() || op != Softmax.DEFINITION).findFirst()
                .map(op -> new MockBaseline(op, signature));
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return signature.op().equals("add")
                ? Optional.of(KernelTemplate.parse(LANGUAGE, TEMPLATE))
                : Optional.empty();
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        if (!source.language().equals(LANGUAGE) && !Fault.COMPILES_ANY_LANGUAGE.isHere()) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR,
                    "a source in '" + source.language() + "' was given to the mock, which compiles 'mock': use that");
        }
        List<String> errors = new ArrayList<>();
        String[] lines = source.text().split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String operation = operation(lines[i]);
            if (operation != null && !isKnown(operation)) {
                errors.add("line " + (i + 1) + ": '" + operation + "' is unknown");
            }
            if ("print_sum".equals(operation) && !Fault.SCREENS_NOTHING.isHere()) {
                throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                        "line " + (i + 1) + " prints: leave it out");
            }
        }
        if (!errors.isEmpty()) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, Fault.TELLS_THE_FIRST_ERROR_ONLY.isHere()
                    ? errors.getFirst()
                    : String.join("\n", errors));
        }
        String text = HEADER + (Fault.HIDES_FAILURES.isHere() ? HIDING : "") + source.text();
        kernel(text, source.plan(), signature);
        if (Fault.MAKES_BINARIES_FOR_ITSELF_ALONE.isHere()) {
            compiled.put(compiled.size(), text);
            text = Integer.toString(compiled.size() - 1);
        }
        return new KernelBinary("mock-binary", text.getBytes(StandardCharsets.UTF_8), source.plan(), "");
    }

    /** Returns the operation of a line such as {@code run: sum}; null if it has none. */
    private static String operation(String line) {
        return line.matches("\\w+: \\w+") ? line.substring(line.indexOf(' ') + 1) : null;
    }

    private static boolean isKnown(String operation) {
        return List.of(Operation.values()).stream()
                .anyMatch(each -> each.name().toLowerCase(Locale.ROOT).equals(operation));
    }

    private static MockKernel kernel(String text, LaunchPlan plan, KernelSignature signature)
            throws KernelRejectedException {
        Map<String, Operation> entries = new HashMap<>();
        text.lines().filter(line -> operation(line) != null).forEach(line -> entries
                .put(line.substring(0, line.indexOf(':')),
                        Operation.valueOf(operation(line).toUpperCase(Locale.ROOT))));
        List<Operation> operations = new ArrayList<>();
        boolean checks = !Fault.CHECKS_NO_PLAN.isHere();
        for (LaunchPlan.Step step : plan.steps()) {
            if (checks && (!entries.containsKey(step.entry()) || !step.block().isEmpty()
                    || !step.sharedBytes().toString().equals("0"))) {
                throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the plan launches '" + step.entry()
                        + "' in a way that the mock cannot: use " + entries.keySet() + " without blocks");
            }
            operations.add(entries.getOrDefault(step.entry(), Operation.INCREMENT));
        }
        boolean wrong = Fault.HAS_A_WRONG_POINT_IN_ITS_TEMPLATE.isHere() && text.contains("#define STEP 2");
        return new MockKernel(operations, checks ? new CompiledPlan(plan, signature) : null, signature, wrong,
                text.contains(HIDING));
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        String text = new String(binary.bytes(), StandardCharsets.UTF_8);
        if (Fault.MAKES_BINARIES_FOR_ITSELF_ALONE.isHere() && text.matches("\\d+")) {
            text = compiled.getOrDefault(Integer.valueOf(text), "");
        }
        if (Fault.BREAKS_ON_A_DAMAGED_BINARY.isHere() && !text.startsWith(HEADER)) {
            throw new IllegalStateException("not a binary");
        }
        if (!binary.format().equals("mock-binary") || !text.startsWith(HEADER)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of the format '" + binary.format()
                    + "' is none of the mock's: compile the source again");
        }
        return kernel(text, binary.plan(), signature);
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        if (Fault.CUTS_SIZES_SHORT.isHere()) {
            return heap.allocate(arena, dtype, shape[0] & 0xffff);
        }
        Tensor tensor = Fault.IGNORES_ITS_LEASE.isHere() || Fault.LETS_MEMORY_OUTLIVE_ITS_DEVICE.isHere()
                ? Tensor.allocate(dtype, shape)
                : null;
        return tensor == null
                ? heap.allocate(arena, dtype, shape)
                : Tensor.over(new Owned(space, tensor.segment(), arena), 0, dtype, shape);
    }

    /** Memory that no heap knows. */
    private record Owned(MemorySpace space, MemorySegment segment, Arena arena) implements DeviceMemory {
        @Override
        public long handle() {
            return segment.address();
        }

        @Override
        public long byteSize() {
            return segment.byteSize();
        }

        @Override
        public boolean isAlive() {
            return arena.scope().isAlive();
        }
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        long source = Fault.COPIES_FROM_THE_BEGINNING.isHere() && from.space() != MemorySpace.HOST
                ? from.memory().handle()
                : HostMemory.address(from);
        long target = HostMemory.address(to);
        long bytes = from.byteSize();
        ((MockStream) stream).put(() -> MemorySegment.copy(HostMemory.ALL, source, HostMemory.ALL, target, bytes));
    }

    @Override
    public MockStream newStream() {
        if (closed) {
            throw new IllegalStateException("a stream of the mock was asked for after it was closed: open it again");
        }
        return new MockStream(this, heap, null);
    }

    /** Returns the handle of a new stream, as an application would have it. */
    long applicationStream() {
        streams.add(newStream());
        return streams.size();
    }

    void keep(List<Tensor> workspaces) {
        kept.addAll(workspaces);
    }

    synchronized Tensor shared(long bytes) {
        if (shared == null || shared.byteSize() < bytes) {
            shared = allocate(Arena.ofAuto(), DType.F32, Math.ceilDiv(bytes, Float.BYTES));
        }
        return shared;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.allOf(Capability.class);
        if (Fault.DECLARES_LESS_THAN_IT_DOES.isHere() || Fault.ANSWERS_WHAT_IT_DOES_NOT_DECLARE.isHere()) {
            all.remove(Capability.EVENTS);
        }
        return all;
    }

    @Override
    public DeviceEvent newEvent() {
        return new MockEvent();
    }

    @Override
    public DeviceGraph record(DeviceStream stream, Runnable work) {
        List<Runnable> recorded = ((MockStream) stream).record(work);
        return new DeviceGraph() {
            @Override
            public void launch(DeviceStream on) {
                for (int i = 0; i < recorded.size(); i++) {
                    recorded.get(i).run();
                }
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    @Override
    public Tensor allocatePinned(Arena arena, DType dtype, long... shape) {
        Tensor tensor = Tensor.allocate(arena, dtype, shape);
        if (Fault.PINS_MEMORY_AS_IT_WAS.isHere()) {
            tensor.segment().fill((byte) 7);
        }
        return tensor;
    }

    @Override
    public DeviceMemory wrapMemory(long handle, long byteSize) {
        if (Fault.WRAPS_A_COPY.isHere()) {
            Tensor copy = Tensor.allocate(DType.F32, byteSize / Float.BYTES);
            MemorySegment.copy(HostMemory.ALL, handle, copy.segment(), 0, byteSize);
            return new Owned(space, copy.segment(), Arena.global());
        }
        return new Owned(space, HostMemory.ALL.asSlice(handle, byteSize), Arena.global());
    }

    @Override
    public DeviceStream wrapStream(long handle) {
        return new MockStream(this, heap, streams.get((int) handle - 1));
    }

    @Override
    public MemoryLease memory() {
        return heap.lease();
    }

    @Override
    public Roofline measureRoofline() {
        double rate = Fault.HAS_A_LOW_ROOF.isHere() ? 1e3 : 1e14;
        return new Roofline(rate, List.of(new Roofline.Bandwidth(0, rate)));
    }

    @Override
    public void close() {
        if (closed && Fault.FAILS_WHEN_CLOSED_TWICE.isHere()) {
            throw new IllegalStateException("the mock is closed");
        }
        closed = true;
        heap.close();
    }
}
