package dev.kernelwright.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.compile.CudaBinary;
import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.tck.CompiledCorpusContract;
import java.nio.file.Path;

/** The attacks and the honest kernels in CUDA C++, screened and compiled for a GPU that need not be there. */
class CudaCorpusTest extends CompiledCorpusContract {
    private static final String ARCHITECTURE = "sm_90a";

    private final Loaded<CudaCompiler> found = CudaCompiler.find();

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }

    @Override
    protected String language() {
        return CudaBackend.LANGUAGE;
    }

    @Override
    protected void compile(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        assumeTrue(found instanceof Loaded.Found, () -> "no compiler for CUDA C++ here: " + found);
        CudaBinary binary = ((Loaded.Found<CudaCompiler>) found).library().compile(source.text(), ARCHITECTURE);
        EntryPoints.require(binary.ptx(), source.plan(), signature);
    }
}
