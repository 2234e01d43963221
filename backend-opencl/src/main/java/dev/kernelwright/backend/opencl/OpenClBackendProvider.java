package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClLibrary;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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
        OpenClDevices devices;
        try {
            devices = OpenClDevices.find();
        } catch (RuntimeException e) {
            return new Probe.Unavailable("OpenCL's devices cannot be asked: " + e.getMessage(),
                    "see whether clinfo can, and install their drivers again if not");
        }
        if (!devices.usable().isEmpty()) {
            List<DeviceDescription> descriptions = new ArrayList<>();
            for (int i = 0; i < devices.usable().size(); i++) {
                descriptions.add(devices.usable().get(i).description(i));
            }
            return new Probe.Available(descriptions);
        }
        String cure = "install the OpenCL driver of a device, for example pocl-opencl-icd for the processor";
        if (!devices.unusable().isEmpty()) {
            return new Probe.Unavailable("no device of OpenCL can be used: " + String.join("; ", devices.unusable()),
                    cure + ", or use another backend");
        }
        return new Probe.Unavailable(devices.platforms() == 0
                ? "the OpenCL library is there, but finds no driver"
                : "OpenCL's drivers have no device here", cure);
    }

    @Override
    public List<Instrument> instruments(int deviceIndex) {
        return Oclgrind.find(System.getenv().getOrDefault("PATH", "")).stream().toList();
    }

    @Override
    public Set<String> environmentVariables() {
        return Set.of("LD_LIBRARY_PATH", "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES",
                "OPENCL_VENDOR_PATH", "CUDA_VISIBLE_DEVICES",
                "POCL_DEVICES");
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        return open(deviceIndex, OptionalLong.empty());
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool, long context) {
        return open(deviceIndex, OptionalLong.of(context));
    }

    private Backend open(int deviceIndex, OptionalLong context) {
        if (probe() instanceof Probe.Unavailable(String reason, String cure)) {
            throw new IllegalStateException("an OpenCL device was asked for, but " + reason + ": " + cure);
        }
        OpenClDevices found = OpenClDevices.find();
        List<OpenClDevice> devices = found.usable();
        if (deviceIndex < 0 || deviceIndex >= devices.size()) {
            throw new IllegalArgumentException(
                    "the device " + NAME + ":" + deviceIndex + " was asked for, but there are "
                            + devices.size()
                            + (found.unusable().isEmpty() ? "" : " that can be used " + found.unusable())
                            + ": use " + NAME + " to " + NAME + ":" + (devices.size() - 1));
        }
        OpenClDevice device = devices.get(deviceIndex);
        return new OpenClBackend(device, device.description(deviceIndex), context);
    }
}
