package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClDevice;
import dev.kernelwright.backend.opencl.ffi.ClPlatform;
import dev.kernelwright.backend.opencl.ffi.ClSvm;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device of some platform, and what it says of itself.
 *
 * @param platform the platform's handle
 * @param id the device's handle
 * @param isGpu whether it is a graphics processor
 * @param driver the driver's version
 * @param maxGroupSize the work-items that a work-group may have at most
 * @param maxAllocationBytes the largest region of memory that it allocates
 * @param hasSharedMemory whether it has shared virtual memory, at least of coarse grain
 */
record OpenClDevice(long platform, long id, String name, String platformName, String vendor, String version,
        String driver, boolean isGpu, int computeUnits, long maxGroupSize, long localBytes, long globalBytes,
        long maxAllocationBytes, boolean hasSharedMemory) {
    private static final int CL_DEVICE_NOT_FOUND = -1;

    /** Returns every device of every platform that is there, graphics processors first. */
    static List<OpenClDevice> all() {
        List<OpenClDevice> devices = new ArrayList<>();
        for (long platform : ClPlatform.all()) {
            for (long id : idsOf(platform)) {
                if (ClDevice.info(id, ClDevice.CL_DEVICE_AVAILABLE).flag()) {
                    devices.add(describe(platform, id));
                }
            }
        }
        devices.sort(Comparator.comparing(device -> !device.isGpu));
        return devices;
    }

    private static long[] idsOf(long platform) {
        try {
            return ClDevice.all(platform, ClDevice.CL_DEVICE_TYPE_ALL);
        } catch (OpenClException e) {
            if (e.code() == CL_DEVICE_NOT_FOUND) {
                return new long[0];
            }
            throw e;
        }
    }

    private static OpenClDevice describe(long platform, long id) {
        return new OpenClDevice(platform, id, text(id, ClDevice.CL_DEVICE_NAME),
                ClPlatform.info(platform, ClPlatform.CL_PLATFORM_NAME).text().strip(),
                text(id, ClDevice.CL_DEVICE_VENDOR), text(id, ClDevice.CL_DEVICE_VERSION),
                text(id, ClDevice.CL_DRIVER_VERSION),
                (number(id, ClDevice.CL_DEVICE_TYPE) & ClDevice.CL_DEVICE_TYPE_GPU) != 0,
                (int) number(id, ClDevice.CL_DEVICE_MAX_COMPUTE_UNITS),
                number(id, ClDevice.CL_DEVICE_MAX_WORK_GROUP_SIZE), number(id, ClDevice.CL_DEVICE_LOCAL_MEM_SIZE),
                number(id, ClDevice.CL_DEVICE_GLOBAL_MEM_SIZE), number(id, ClDevice.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                hasSharedMemory(id));
    }

    private static boolean hasSharedMemory(long id) {
        try {
            return ClSvm.isPresent() && (number(id, ClDevice.CL_DEVICE_SVM_CAPABILITIES)
                    & ClDevice.CL_DEVICE_SVM_COARSE_GRAIN_BUFFER) != 0;
        } catch (OpenClException e) {
            return false; // older than OpenCL 2.0, where nobody could ask
        }
    }

    private static String text(long id, int parameter) {
        return ClDevice.info(id, parameter).text().strip();
    }

    private static long number(long id, int parameter) {
        return ClDevice.info(id, parameter).number();
    }

    /** Returns the device as people see it. */
    DeviceDescription description(int index) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("platform", platformName);
        facts.put("vendor", vendor);
        facts.put("version", version);
        facts.put("driver", driver);
        facts.put("compute units", Integer.toString(computeUnits));
        facts.put("work-group size", Long.toString(maxGroupSize));
        facts.put("local memory", localBytes / 1024 + " KiB");
        facts.put("memory", (globalBytes >> 20) + " MiB");
        return new DeviceDescription(OpenClBackendProvider.NAME + (index == 0 ? "" : ":" + index), name, facts);
    }

    /** Returns what kernels of this device are made for; a driver is its compiler, so a later one compiles them anew. */
    Target target() {
        return new Target(List.of(Target.exact("backend", OpenClBackendProvider.NAME),
                Target.exact("platform", platformName), Target.exact("device", name),
                Target.exact("computeUnits", Integer.toString(computeUnits)), Target.atLeast("driver", driver),
                Target.exact("version", version)));
    }
}
