package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.OfflineCompiler;
import dev.kernelwright.spi.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Offers NVIDIA's GPUs: {@code cuda}, {@code cuda:1} and so on, in the driver's order. */
public final class CudaBackendProvider implements BackendProvider {
    static final String NAME = "cuda";

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public CudaBackendProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    /** The driver's library stays loaded once it has been found; no context is made on any GPU. */
    @Override
    public Probe probe() {
        return switch (CudaDriver.load()) {
            case Loaded.Missing<CudaDriver>(String reason, String cure) -> new Probe.Unavailable(reason, cure);
            case Loaded.Found<CudaDriver>(CudaDriver driver) -> probe(driver);
        };
    }

    private static Probe probe(CudaDriver driver) {
        try {
            List<DeviceDescription> devices = new ArrayList<>();
            for (int i = 0; i < driver.devices().count(); i++) {
                devices.add(CudaDevice.describe(driver, i).description(i));
            }
            return devices.isEmpty()
                    ? new Probe.Unavailable("the CUDA driver has no GPU",
                            "see whether nvidia-smi lists one, and whether"
                                    + " CUDA_VISIBLE_DEVICES hides it")
                    : new Probe.Available(devices);
        } catch (CudaException e) {
            return new Probe.Unavailable("the CUDA driver cannot be asked for its GPUs: " + e.getMessage(),
                    "see what nvidia-smi says");
        }
    }

    @Override
    public List<Instrument> instruments(int deviceIndex) {
        return ComputeSanitizer.find(ComputeSanitizer.folders(System.getenv()),
                deviceIndex == 0 ? NAME : NAME + ":" + deviceIndex);
    }

    @Override
    public Set<String> environmentVariables() {
        return Set.of("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_HOME", "CUDA_PATH");
    }

    @Override
    public Optional<OfflineCompiler> offlineCompiler(String architecture) {
        return CudaCompiler.isArchitecture(architecture)
                ? Optional.of(CudaOfflineCompiler.find(architecture))
                : Optional.empty();
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        return switch (CudaDriver.load()) {
            case Loaded.Missing<CudaDriver>(String reason, String cure) -> throw new IllegalStateException(
                    "a CUDA device was asked for, but " + reason + ": " + cure);
            case Loaded.Found<CudaDriver>(CudaDriver driver) -> open(driver, deviceIndex);
        };
    }

    static Backend open(CudaDriver driver, int deviceIndex) {
        int count = driver.devices().count();
        if (deviceIndex < 0 || deviceIndex >= count) {
            throw new IllegalArgumentException(
                    "the device " + NAME + ":" + deviceIndex + " was asked for, but there are "
                            + count + ": see 'kernelwright devices'");
        }
        CudaDevice device = CudaDevice.describe(driver, deviceIndex);
        return new CudaBackend(driver, device, device.description(deviceIndex));
    }
}
