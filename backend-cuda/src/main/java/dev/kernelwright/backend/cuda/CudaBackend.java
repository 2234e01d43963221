package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.compile.CudaBinary;
import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.backend.cuda.ffi.Nvml;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceHeap;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An NVIDIA GPU.
 *
 * <p>An entry point is {@code extern "C" __global__ void run(...)} with the buffers as pointers, the workspace if the plan
 * has one, and every axis as a {@code long long}.
 */
final class CudaBackend implements Backend {
    static final String LANGUAGE = "cuda-c++";
    private static final String FORMAT = "cubin";
    /** Looking for a compiler starts processes, and a server that has none binds many ops, one after the other. */
    private static final long MISSING_NANOS = 10_000_000_000L;
    private static final int FLOPS_PER_REPEAT = 2 * 16;
    private static final int THREADS_PER_MULTIPROCESSOR = 1024;
    private static final int REPEATS = 1 << 14;
    /** A thread's share of the operations of a repeat, whichever instruction the architecture has. */
    private static final int MATRIX_FLOPS_PER_REPEAT = 1 << 15;
    private static final int MATRIX_THREADS_PER_MULTIPROCESSOR = 256;
    private static final int MATRIX_REPEATS = 1 << 12;
    /** Tensor cores come to f32's precision by at least three products of TF32, whose rate is half that of halves. */
    private static final int HALVES_PER_EXACT_PRODUCT = 6;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final DeviceDescription description;
    private final CudaContext context;
    private final Supplier<Loaded<CudaCompiler>> compilers;
    private @Nullable Loaded<CudaCompiler> compiler;
    private long lookedNanos;
    private @Nullable Loaded<Nvml> nvml;

    CudaBackend(CudaDriver driver, CudaDevice device, DeviceDescription description) {
        this(driver, device, description, CudaCompiler::find);
    }

    /** Opens a device; {@code compilers} looks for a compiler. */
    CudaBackend(CudaDriver driver, CudaDevice device, DeviceDescription description,
            Supplier<Loaded<CudaCompiler>> compilers) {
        this.compilers = compilers;
        this.driver = driver;
        this.device = device;
        this.description = description;
        this.context = new CudaContext(driver, device, description.name());
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
        return baselineBinary(signature).map(binary -> {
            try {
                return load(binary, signature);
            } catch (KernelRejectedException e) {
                throw unusable(signature, e);
            }
        });
    }

    @Override
    public Optional<KernelBinary> baselineBinary(KernelSignature signature) {
        return KernelFiles.baseline(signature).map(template -> {
            try {
                return compile(template.expand(Map.of(), signature), signature);
            } catch (KernelRejectedException e) {
                throw unusable(signature, e);
            }
        });
    }

    private IllegalStateException unusable(KernelSignature signature, KernelRejectedException cause) {
        return new IllegalStateException("the baseline of " + signature + " cannot be used on " + description.name()
                + ": " + cause.getMessage(), cause);
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return KernelFiles.template(signature, device.architecture());
    }

    @Override
    public Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.of(Dialect.of(signature));
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        return compile(source, signature, compiler(), device.architecture(), description.name());
    }

    /** Compiles a source for an architecture, on behalf of what messages call {@code wanted}. */
    static KernelBinary compile(KernelSource source, KernelSignature signature, CudaCompiler compiler,
            String architecture, String wanted) throws KernelRejectedException {
        if (!source.language().equals(LANGUAGE)) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "a source in '" + source.language()
                    + "' was given to " + wanted + ", which compiles '" + LANGUAGE + "': write it in that language");
        }
        CudaBinary binary = compiler.compile(source.text(), architecture);
        EntryPoints.require(binary.ptx(), source.plan(), signature);
        return new KernelBinary(FORMAT, binary.cubin(), source.plan(), binary.log(), binary.kernels());
    }

    /** Looks again for a compiler, some time after there was none: one may be installed, or the machine have been busy. */
    private synchronized CudaCompiler compiler() {
        boolean old = System.nanoTime() - lookedNanos > MISSING_NANOS;
        if (compiler == null || (old && compiler instanceof Loaded.Missing)) {
            compiler = compilers.get();
            lookedNanos = System.nanoTime();
        }
        return switch (compiler) {
            case Loaded.Found<CudaCompiler>(CudaCompiler found) -> found;
            case Loaded.Missing<CudaCompiler>(String reason, String cure) -> throw new IllegalStateException(
                    "a kernel was to be compiled for " + description.name() + ", but " + reason + ": " + cure);
        };
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        if (!binary.format().equals(FORMAT)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of the format '" + binary.format()
                    + "' was given to " + description.name() + ", which loads '" + FORMAT
                    + "': compile the source again");
        }
        return CudaKernel.load(context, device, binary.bytes(), binary.plan(), signature);
    }

    @Override
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return context.heap().allocate(arena, dtype, shape);
    }

    @Override
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        long handle = ((CudaStream) stream).handle();
        context.enter();
        if (from.space() == MemorySpace.HOST && to.space() == MemorySpace.HOST) {
            stream.synchronize();
            to.segment().copyFrom(from.segment());
        } else if (from.space() == MemorySpace.HOST) {
            driver.memory().copyToDevice(DeviceHeap.address(to), from.segment(), from.byteSize(), handle);
        } else if (to.space() == MemorySpace.HOST) {
            driver.memory().copyToHost(to.segment(), DeviceHeap.address(from), from.byteSize(), handle);
        } else {
            driver.memory().copy(DeviceHeap.address(to), DeviceHeap.address(from), from.byteSize(), handle);
        }
    }

    @Override
    public DeviceStream newStream() {
        return new CudaStream(context);
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.values());
    }

    @Override
    public DeviceEvent newEvent() {
        return new CudaEvent(context);
    }

    @Override
    public DeviceGraph record(DeviceStream stream, Runnable work) {
        return CudaGraph.record(context, (CudaStream) stream, work);
    }

    @Override
    public Tensor allocatePinned(Arena arena, DType dtype, long... shape) {
        long bytes = Tensor.byteSize(dtype, shape);
        MemorySegment pinned = context.allocatePinned(arena, Math.max(1, bytes));
        return Tensor.wrap(pinned.asSlice(0, bytes), dtype, shape);
    }

    @Override
    public DeviceMemory wrapMemory(long handle, long byteSize) {
        if (handle == 0) {
            throw new IllegalArgumentException("the device pointer 0 was given to " + description.name()
                    + ": give one that the driver has allocated");
        }
        return new WrappedMemory(context.space(), handle, byteSize);
    }

    /** Memory that the application owns, and knows the life of. */
    private record WrappedMemory(MemorySpace space, long handle, long byteSize) implements DeviceMemory {
        @Override
        public boolean isAlive() {
            return true;
        }
    }

    @Override
    public DeviceStream wrapStream(long handle) {
        return CudaStream.wrap(context, handle);
    }

    @Override
    public MemoryLease memory() {
        return context.heap().lease();
    }

    @Override
    public Map<String, String> conditions() {
        return switch (nvml()) {
            case Loaded.Found<Nvml>(Nvml found) -> found.conditions(driver.devices().uuid(device.handle()));
            case Loaded.Missing<Nvml> _ -> Map.of();
        };
    }

    private synchronized Loaded<Nvml> nvml() {
        if (nvml == null) {
            nvml = Nvml.load();
        }
        return nvml;
    }

    @Override
    public Roofline measureRoofline() {
        RooflineKernels kernels = new RooflineKernels(
                KernelTemplate.parse(LANGUAGE, KernelFiles.text("roofline_fma.cu")), FLOPS_PER_REPEAT,
                (long) device.multiprocessors() * THREADS_PER_MULTIPROCESSOR, REPEATS,
                KernelTemplate.parse(LANGUAGE, KernelFiles.text("roofline_copy.cu")));
        Roofline plain = kernels.measure(this, device.memoryBytes() / 4);
        if (!device.hasTensorCores()) {
            return plain;
        }
        double halves = new RooflineKernels(KernelTemplate.parse(LANGUAGE, KernelFiles.text("roofline_matrix.cu")),
                MATRIX_FLOPS_PER_REPEAT, (long) device.multiprocessors() * MATRIX_THREADS_PER_MULTIPROCESSOR,
                MATRIX_REPEATS, kernels.copy()).flopsPerSecond(this, DType.F16);
        return new Roofline(plain.flopsPerSecond(), Map.of(DType.F16, halves, DType.BF16, halves, DType.F32,
                halves / HALVES_PER_EXACT_PRODUCT), plain.bandwidths());
    }

    @Override
    public void close() {
        synchronized (this) {
            if (compiler instanceof Loaded.Found<CudaCompiler>(CudaCompiler found)) {
                found.close();
            }
        }
        context.close();
    }
}
