package dev.kernelwright.samples.nativec;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract of backends, kept by this one. */
class NativeCBackendTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new NativeCProvider();
    }

    @Override
    protected Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    protected Path kernels() {
        return Path.of("src/test/resources/contract");
    }

    @Override
    protected Set<String> versionFields() {
        return Set.of("compiler");
    }

    /** Without a search path on which there is a compiler. */
    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of("PATH", "/var/empty"), List.of(), Set.of());
    }
}
