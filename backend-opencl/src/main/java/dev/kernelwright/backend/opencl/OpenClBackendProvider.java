package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClLibrary;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Offers the devices of OpenCL: {@code opencl}, {@code opencl:1} and so on, graphics processors first. */
public final class OpenClBackendProvider implements BackendProvider {
    static final String NAME = "opencl";

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public OpenClBackendProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    /** The library of OpenCL stays loaded once it has been found, which loads no driver of a device. */
    @Override
    public Probe probe() {
        if (ClLibrary.load() instanceof ClLibrary.Missing(String reason, String cure)) {
            return new Probe.Unavailable(reason, cure);
        }
        try {
            List<OpenClDevice> all = OpenClDevice.all();
            List<OpenClDevice> usable = usable(all);
            if (usable.isEmpty()) {
                return all.isEmpty()
                        ? new Probe.Unavailable("OpenCL has no device here",
                                "install the OpenCL driver of a device, for example pocl-opencl-icd for the processor")
                        : new Probe.Unavailable("none of OpenCL's devices has shared virtual memory: "
                                + all.stream().map(OpenClDevice::name).toList(),
                                "install a driver for OpenCL 2.0 or newer, or use another backend");
            }
            List<DeviceDescription> descriptions = new ArrayList<>();
            for (int i = 0; i < usable.size(); i++) {
                descriptions.add(usable.get(i).description(i));
            }
            return new Probe.Available(descriptions);
        } catch (OpenClException e) {
            return new Probe.Unavailable("OpenCL's devices cannot be asked: " + e.getMessage(),
                    "see whether clinfo can, and install their drivers again if not");
        }
    }

    @Override
    public Set<String> environmentVariables() {
        return Set.of("LD_LIBRARY_PATH", "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES",
                "OPENCL_VENDOR_PATH", "CUDA_VISIBLE_DEVICES",
                "POCL_DEVICES");
    }

    private static List<OpenClDevice> usable(List<OpenClDevice> devices) {
        return devices.stream().filter(OpenClDevice::hasSharedMemory).toList();
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        if (probe() instanceof Probe.Unavailable(String reason, String cure)) {
            throw new IllegalStateException("an OpenCL device was asked for, but " + reason + ": " + cure);
        }
        List<OpenClDevice> devices = usable(OpenClDevice.all());
        if (deviceIndex < 0 || deviceIndex >= devices.size()) {
            throw new IllegalArgumentException(
                    "the device " + NAME + ":" + deviceIndex + " was asked for, but there are "
                            + devices.size() + ": use " + NAME + " to " + NAME + ":" + (devices.size() - 1));
        }
        OpenClDevice device = devices.get(deviceIndex);
        return new OpenClBackend(device, device.description(deviceIndex));
    }
}
