package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import dev.kernelwright.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/** The contract of backends, kept by the first NVIDIA GPU here. */
@Tag("gpu")
class CudaContractTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    @Override
    protected Set<Capability> capabilities() {
        return Set.of(Capability.values());
    }

    @Override
    protected Path kernels() {
        return Path.of("src/test/resources/contract");
    }

    @Override
    protected Set<String> versionFields() {
        return Set.of("driver");
    }

    /** With a driver that is told to show no GPU. */
    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of("CUDA_VISIBLE_DEVICES", ""), List.of(), Set.of("libcuda", "libnvidia"));
    }

    @Override
    protected Set<DType> dtypes() {
        return Set.of(DType.F32, DType.F16, DType.BF16);
    }

    @Override
    protected long applicationStream(Backend device) {
        return ((CudaStream) device.newStream()).handle();
    }
}
