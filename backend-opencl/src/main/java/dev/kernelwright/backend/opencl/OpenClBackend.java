package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClProgram;
import dev.kernelwright.backend.opencl.ffi.OpenClBuildException;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.RooflineKernels;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A device of OpenCL.
 *
 * <p>An entry point is {@code __kernel void run(__global ...)} with the buffers, the workspace if the plan has one, every
 * axis as a {@code long} and, if the plan gives the step shared memory, a {@code __local} pointer. A plan's blocks are
 * work-groups.
 */
final class OpenClBackend implements Backend {
    static final String LANGUAGE = "opencl-c";
    static final String FORMAT = "opencl-sealed-binary";

    private final DeviceDescription description;
    private final OpenClDevice device;
    private final OpenClContext context;
    private final ProgramBuild compilation = new ProgramBuild(ProgramBuild.DEFAULT_TIME_LIMIT);

    /**
     * Opens a device.
     *
     * @param shared the application's context; empty for one of its own
     */
    OpenClBackend(OpenClDevice device, DeviceDescription description, OptionalLong shared) {
        this.description = description;
        this.device = device;
        this.context = new OpenClContext(device, description.name(), shared);
    }

    @Override
    public DeviceDescription device() {
        return description;
    }

    @Override
    public Target target() {
        return device.target();
    }

    @Override
    public MemorySpace memorySpace() {
        return context.space();
    }

    @Override
    public String sourceLanguage() {
        return LANGUAGE;
    }

    @Override
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        return KernelFiles.baseline(signature).map(template -> {
            try {
                KernelSource source = template.expand(Map.of(), signature);
                CompiledPlan plan = WorkGroups.compile(source.plan(), signature, device);
                return OpenClKernel.of(context, build(source, plan, signature), plan, signature);
            } catch (KernelRejectedException e) {
                throw new IllegalStateException(
                        "the baseline of " + signature + " cannot be used on " + description.name()
                                + ": " + e.getMessage(),
                        e);
            }
        });
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return KernelFiles.template(signature, device.isGpu());
    }

    @Override
    public KernelTemplate parseTemplate(String text) {
        return KernelFiles.parse(text, device.isGpu());
    }

    @Override
    public Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.of(Dialect.of(signature, device.isGpu()));
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        if (!source.language().equals(LANGUAGE)) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "a source in '" + source.language()
                    + "' was given to " + description.name() + ", which compiles '" + LANGUAGE
                    + "': write it in that language");
        }
        SourceScreen.screen(source.text());
        CompiledPlan plan = WorkGroups.compile(source.plan(), signature, device);
        long program = build(source, plan, signature);
        byte[] binary;
        String log;
        try {
            binary = ClProgram.binary(program);
            log = ClProgram.buildLog(program, device.id());
        } catch (RuntimeException e) {
            ClProgram.release(program);
            throw e;
        }
        OpenClKernel.of(context, program, plan, signature).close();
        return new KernelBinary(FORMAT, SealedBinary.seal(binary, device), source.plan(), log);
    }

    private long build(KernelSource source, CompiledPlan plan, KernelSignature signature)
            throws KernelRejectedException {
        return built(ClProgram.createWithSource(context.handle(),
                WorkGroups.declare(source.text(), source.plan(), plan, signature)));
    }

    private long built(long program) throws KernelRejectedException {
        try {
            compilation.build(program, device.id());
            return program;
        } catch (OpenClBuildException e) {
            ClProgram.release(program);
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the compiler of " + description.name()
                    + " refuses the kernel: " + e.log().strip());
        } catch (OpenClException e) {
            ClProgram.release(program);
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the kernel cannot be built: "
                    + e.getMessage());
        }
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        if (!binary.format().equals(FORMAT)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of the format '" + binary.format()
                    + "' was given to " + description.name() + ", which loads '" + FORMAT
                    + "': compile the source again");
        }
        byte[] bytes = SealedBinary.open(binary.bytes(), device);
        CompiledPlan plan = WorkGroups.compile(binary.plan(), signature, device);
        long program;
        try {
            program = ClProgram.createWithBinary(context.handle(), device.id(), bytes);
        } catch (OpenClException e) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the binary is not one for " + description.name()
                    + " (" + e.getMessage() + "): compile the source again");
        }
        return OpenClKernel.of(context, built(program), plan, signature);
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return context.heap().allocate(arena, dtype, shape);
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        if (from.byteSize() > 0) {
            context.copy(((OpenClStream) stream).queue(), from, to);
        }
    }

    @Override
    public DeviceStream newStream() {
        return new OpenClStream(context);
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(Capability.GRAPHS));
    }

    @Override
    public DeviceEvent newEvent() {
        return new OpenClEvent(context);
    }

    @Override
    public Tensor allocatePinned(Arena arena, DType dtype, long... shape) {
        long bytes = Tensor.byteSize(dtype, shape);
        MemorySegment pinned = context.allocatePinned(arena, Math.max(1, bytes));
        return Tensor.wrap(pinned.asSlice(0, bytes), dtype, shape);
    }

    /** {@inheritDoc} Of an address in shared virtual memory, the application makes a buffer with CL_MEM_USE_HOST_PTR. */
    @Override
    public DeviceMemory wrapMemory(long handle, long byteSize) {
        return context.wrap(handle, byteSize);
    }

    @Override
    public DeviceStream wrapStream(long handle) {
        return OpenClStream.wrap(context, handle);
    }

    @Override
    public MemoryLease memory() {
        return context.heap().lease();
    }

    @Override
    public Roofline measureRoofline() {
        return rooflineKernels().measure(this,
                Math.min(device.globalBytes() / 4, 2 * device.maxAllocationBytes()));
    }

    /** A processor's unit runs a few wide work-items at its best, and one of a graphics processor many. */
    private RooflineKernels rooflineKernels() {
        long items = device.computeUnits() * (device.isGpu() ? 1024L : 4L);
        return new RooflineKernels(KernelTemplate.parse(LANGUAGE, KernelFiles.text("roofline_fma.cl")), 2L * 16 * 8,
                items,
                device.isGpu() ? 1 << 12 : 1 << 16,
                KernelTemplate.parse(LANGUAGE, KernelFiles.text(
                        device.isGpu() ? "roofline_copy.gpu.cl" : "roofline_copy.cpu.cl")));
    }

    @Override
    public void close() {
        context.close();
    }
}
