package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract of backends, kept by the CPU's. */
class CpuContractTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
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
        return Set.of("java");
    }

    /** Without the module of the Vector API. */
    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of(), List.of(), Set.of());
    }
}
