package dev.kernelwright.backend.cpu;

import dev.kernelwright.backend.cpu.baseline.Baselines;
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
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Optional;

/** The machine's processor as a device: kernels are Java classes whose blocks run on a {@link BlockPool}. */
final class CpuBackend implements Backend {
    static final String LANGUAGE = "java-vector";
    private static final String FORMAT = "class";

    private final DeviceDescription device;
    private final BlockPool pool;
    private final Target target;

    CpuBackend(DeviceDescription device, BlockPool pool) {
        this.device = device;
        this.pool = pool;
        this.target = Processor.current().target(pool.parallelism());
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
    public Optional<LoadedKernel> baseline(KernelSignature signature) {
        return Baselines.find(signature)
                .map(baseline -> CpuKernel.plain(signature, pool, baseline.grid(), baseline.body()));
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return Templates.find(signature);
    }

    @Override
    public Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.of(Dialect.of(signature));
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        if (!source.language().equals(LANGUAGE)) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "a source in '" + source.language()
                    + "' was given to the cpu, which compiles '" + LANGUAGE + "': write it in that language");
        }
        KernelCompiler.Compiled compiled = KernelCompiler.compile(source.text());
        KernelBinary binary = new KernelBinary(FORMAT, compiled.classFile(), source.plan(), compiled.log());
        CpuKernel.screen(signature, binary);
        return binary;
    }

    @Override
    public LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException {
        if (!binary.format().equals(FORMAT)) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of the format '" + binary.format()
                    + "' was given to the cpu, which loads '" + FORMAT + "': compile the source again");
        }
        return CpuKernel.load(signature, pool, binary);
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
        return RooflineMeasurement.measure(pool);
    }

    @Override
    public void close() {
        // The pool belongs to whoever opened the device.
    }
}
