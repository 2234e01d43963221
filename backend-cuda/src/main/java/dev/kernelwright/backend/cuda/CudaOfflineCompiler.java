package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.OfflineCompiler;
import java.util.List;
import java.util.Optional;

/** Compiles for an architecture of NVIDIA's, without a driver and without a GPU. */
final class CudaOfflineCompiler implements OfflineCompiler {
    private final CudaCompiler compiler;
    private final String architecture;
    private final StepLimits limits;

    private CudaOfflineCompiler(CudaCompiler compiler, String architecture) {
        this.compiler = compiler;
        this.architecture = architecture;
        this.limits = StepLimits.ofArchitecture(architecture);
    }

    static CudaOfflineCompiler find(String architecture) {
        return switch (CudaCompiler.find()) {
            case Loaded.Found<CudaCompiler>(CudaCompiler found) -> new CudaOfflineCompiler(found, architecture);
            case Loaded.Missing<CudaCompiler>(String reason, String cure) -> throw new IllegalStateException(
                    "kernels were to be compiled for " + architecture + ", but " + reason + ": " + cure);
        };
    }

    @Override
    public String description() {
        return compiler.description();
    }

    @Override
    public Optional<KernelTemplate> template(KernelSignature signature) {
        return KernelFiles.template(signature, architecture);
    }

    @Override
    public KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        KernelBinary binary = CudaBackend.compile(source, signature, compiler, architecture, architecture);
        CompiledPlan plan = new CompiledPlan(binary.plan(), signature);
        if (!plan.tensorMaps().isEmpty()) {
            limits.requireTensorMaps(signature.buffers().get(plan.tensorMaps().getFirst().buffer()).name());
        }
        for (int step = 0; step < plan.stepCount(); step++) {
            String entry = plan.entry(step);
            KernelResources kernel = binary.resources().stream().filter(each -> each.entry().equals(entry)).findFirst()
                    .orElseThrow(() -> CudaStep.invalid("the plan launches '" + entry + "', but the source has no such"
                            + " kernel: declare it extern \"C\" __global__"));
            limits.requireBlocks(plan, step, signature, StepLimits.maxThreads(kernel.registers()),
                    kernel.sharedBytes());
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                limits.requireGrid(plan, step, axes);
                limits.requireCluster(plan, step, axes);
            }
        }
        return binary;
    }

    @Override
    public void close() {
        compiler.close();
    }
}
