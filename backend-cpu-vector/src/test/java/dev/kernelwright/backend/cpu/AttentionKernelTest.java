package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What the contract does not ask of attention's template: a workspace that depends on the shape of a call. */
class AttentionKernelTest {
    private static final Workload PREFILL = StandardOps.catalog().parse("attention(batch=1..2,q_len=1..512,ctx=1..512,"
            + "heads=1..8,kv_heads=1..8,head_dim=1..256,causal=1)", DType.F32);

    private static long[] axes(long... values) {
        return values;
    }

    @Test
    void theWorkspaceOfASmallerCallOfAClassFitsIt() throws Exception {
        try (BlockPool pool = new BlockPool(2);
                CpuBackend backend = (CpuBackend) new CpuBackendProvider().open(0, pool);
                LoadedKernel kernel = load(backend)) {
            long small = kernel.workspaceBytes(axes(1, 16, 16, 2, 2, 8));
            assertThat(small).isPositive().isLessThan(kernel.workspaceBytes(axes(2, 512, 512, 8, 8, 256)));
            LaunchArguments arguments = new LaunchArguments(4, 6);
            System.arraycopy(axes(1, 16, 16, 2, 2, 8), 0, arguments.axes(), 0, 6);
            for (int i = 0; i < 4; i++) {
                arguments.setBuffer(i, Tensor.allocate(DType.F32, 1, 16, 2, 8));
            }
            arguments.setWorkspace(Tensor.allocate(DType.F32, small / Float.BYTES));
            kernel.launch(new HostStream(), arguments);
            assertThat(arguments.buffer(3).toFloatArray()).containsOnly(0f);
        }
    }

    private static LoadedKernel load(CpuBackend backend) throws Exception {
        KernelTemplate template = backend.template(PREFILL.signature()).orElseThrow();
        return backend.load(backend.compile(template.expand(template.defaultPoint(), PREFILL.signature()),
                PREFILL.signature()), PREFILL.signature());
    }
}
