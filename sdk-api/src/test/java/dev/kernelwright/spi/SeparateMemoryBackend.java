package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A device with memory of its own, which is the host's in disguise: only copies get at it. It has no kernels. */
public final class SeparateMemoryBackend implements Backend {
    /** What the next measurement of the roofline gives, and how many there were. */
    Roofline next = new Roofline(1e9, List.of(new Roofline.Bandwidth(0, 1e9)));
    int measurements;
    private final MemorySpace space = new MemorySpace("separate");

    /** A region that knows where it really is. */
    private record Region(MemorySpace space, MemorySegment segment) implements DeviceMemory {
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
            return segment.scope().isAlive();
        }
    }

    private static MemorySegment bytes(Tensor tensor) {
        return tensor.space() == MemorySpace.HOST
                ? tensor.segment()
                : ((Region) tensor.memory()).segment.asSlice(tensor.offsetBytes(), tensor.byteSize());
    }

    @Override
    public DeviceDescription device() {
        return new DeviceDescription("separate", "a device with memory of its own", Map.of());
    }

    @Override
    public Target target() {
        return new Target(List.of(Target.exact("backend", "separate")));
    }

    @Override
    public MemorySpace memorySpace() {
        return space;
    }

    @Override
    public String sourceLanguage() {
        return "none";
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
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "there is no compiler");
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "there is no loader");
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        Region region = new Region(space, arena.allocate(Math.max(1, Tensor.byteSize(dtype, shape)), 64));
        return Tensor.over(region, 0, dtype, shape);
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        bytes(to).copyFrom(bytes(from));
    }

    @Override
    public DeviceStream newStream() {
        return new HostStream();
    }

    @Override
    public Roofline measureRoofline() {
        measurements++;
        return next;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
