package dev.kernelwright.samples.nativec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tck.Attack;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;

/** The attacks and the honest kernels in C, in {@code src/test/resources}. */
class NativeCCorpusTest extends KernelCorpusContract {
    @BeforeAll
    static void requireCompiler() {
        Probe probe = new NativeCProvider().probe();
        assumeTrue(probe instanceof Probe.Available, probe::toString);
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
