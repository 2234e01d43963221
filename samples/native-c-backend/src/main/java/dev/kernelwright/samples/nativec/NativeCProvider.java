package dev.kernelwright.samples.nativec;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Probe;
import java.io.IOException;
import java.util.List;

/** Offers the machine's processor as the device {@code native-c}, if there is a C compiler. */
public final class NativeCProvider implements BackendProvider {
    static final String NAME = "native-c";

    private final String searchPath;

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public NativeCProvider() {
        this(System.getenv().getOrDefault("PATH", ""));
    }

    /** Creates a provider that looks for the compiler in the folders of a search path. */
    NativeCProvider(String searchPath) {
        this.searchPath = searchPath;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Probe probe() {
        try {
            return new Probe.Available(List.of(NativeCBackend.describe(new CCompiler(searchPath))));
        } catch (IOException e) {
            return new Probe.Unavailable("no C compiler was found: " + e.getMessage(),
                    "install gcc or clang for Linux, so that 'cc' is on the PATH");
        }
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        if (deviceIndex != 0) {
            throw new IllegalArgumentException("the device native-c:" + deviceIndex
                    + " was asked for, but there is one: use 'native-c'");
        }
        try {
            return new NativeCBackend(new CCompiler(searchPath), pool);
        } catch (IOException e) {
            throw new IllegalStateException("the device native-c was asked for, but no C compiler was found: "
                    + e.getMessage() + ": install gcc or clang", e);
        }
    }
}
