package dev.kernelwright.offline;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.OfflineCompiler;
import dev.kernelwright.tensor.DType;
import java.util.Map;
import java.util.ServiceLoader;

/** Compiles as an application does that sees the backend's module from outside; prints with what. */
public final class CompilesOffline {
    private CompilesOffline() {}

    /** Compiles for the architecture that is the argument. */
    public static void main(String[] arguments) throws KernelRejectedException {
        KernelSignature add = StandardOps.catalog().parse("add(n=16)", DType.F32).signature();
        // What stands in NVRTC's place gives the source back as assembly, which is to declare the entry point.
        KernelSource source = KernelTemplate.parse("cuda-c++", """
                // @step k grid=1 block=32
                // .entry k(.param .u64 a, .param .u64 b, .param .u64 out, .param .u64 n)
                int a;
                """).expand(Map.of(), add);
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            try (OfflineCompiler compiler = provider.offlineCompiler(arguments[0]).orElseThrow()) {
                compiler.compile(source, add);
                System.out.println(provider.getClass().getModule() + " compiles with " + compiler.description());
            }
        }
    }
}
