package dev.kernelwright.backend.opencl;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The contract of backends, kept by OpenCL's first device here. */
class OpenClContractTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new OpenClBackendProvider();
    }

    @Override
    protected Set<Capability> capabilities() {
        return Set.of(Capability.MEMORY_LEASE);
    }

    @Override
    protected Path kernels() {
        return Path.of("src/test/resources/contract");
    }

    @Override
    protected Set<String> versionFields() {
        return Set.of("driver");
    }

    /** With a loader that finds no platform. */
    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of("OCL_ICD_VENDORS", "/nonexistent", "OCL_ICD_FILENAMES", ""), List.of(),
                Set.of("libOpenCL.so"));
    }

    /** Those for processors and those for graphics processors: each is right on the other too. */
    @Override
    protected Stream<KernelTemplate> templates(KernelSignature signature) {
        return Stream.of(false, true).flatMap(isGpu -> KernelFiles.template(signature, isGpu).stream()).distinct();
    }
}
