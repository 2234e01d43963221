package dev.kernelwright.samples.nativec;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tck.Attack;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/** The attacks and the honest kernels in C, in {@code src/test/resources}. Takes minutes. */
@Tag("stress")
@EnabledIf(value = "hasCompiler", disabledReason = "there is no C compiler: install gcc or clang")
class NativeCCorpusTest extends KernelCorpusContract {
    static boolean hasCompiler() {
        return new NativeCProvider().probe() instanceof Probe.Available;
    }

    @Override
    protected BackendProvider provider() {
        return new NativeCProvider();
    }

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }

    @Override
    protected Map<Attack, String> inexpressible() {
        return Map.of(Attack.IDENTITY, "C has no objects but memory; its address is CACHED_BY_ADDRESS",
                Attack.REFLECTION, "C has no reflection; a function is found by its name by LOADS_CODE");
    }
}
