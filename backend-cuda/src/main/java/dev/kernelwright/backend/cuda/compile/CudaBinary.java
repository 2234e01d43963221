package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelResources;
import java.util.List;

/**
 * A compiled source.
 *
 * @param architecture the exact architecture it runs on, for example {@code sm_90a}
 * @param cubin the binary, an ELF file; not to be modified
 * @param ptx the assembly it was made from, which a driver can compile for later architectures unless the architecture
 *        ends in a letter
 * @param log all that the compiler said, bounded
 * @param kernels the kernels of the source, in the compiler's order
 */
@SuppressWarnings("ArrayRecordComponent")
public record CudaBinary(String architecture, byte[] cubin, String ptx, String log, List<KernelResources> kernels) {
    /** Copies the kernels. */
    public CudaBinary {
        kernels = List.copyOf(kernels);
    }
}
