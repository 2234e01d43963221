package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClDevice;
import dev.kernelwright.backend.opencl.ffi.ClPlatform;
import dev.kernelwright.backend.opencl.ffi.ClSvm;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.Target;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device of some platform that this backend can use, and what it says of itself.
 *
 * @param platform the platform's handle
 * @param id the device's handle
 * @param isGpu whether it is a graphics processor
 * @param driver the driver's version
 * @param maxGroupSize the work-items that a work-group may have at most
 * @param maxGroupSizes the same in each dimension
 * @param maxAllocationBytes the largest region of memory that it allocates
 * @param cacheBytes the size of the cache before its memory, 0 if it has none or does not tell
 * @param baseAlignmentBytes what a sub-buffer's start must be a multiple of
 * @param hasSharedMemory whether it has shared virtual memory, at least of coarse grain; where it has not, as the device
 *        that an instrument simulates, tensors are buffers, and parts of them only from some addresses on
 */
record OpenClDevice(long platform, long id, String name, String platformName, String vendor, String version,
        String driver, boolean isGpu, int computeUnits, long maxGroupSize, List<Long> maxGroupSizes, long localBytes,
        long globalBytes,
        long maxAllocationBytes, long cacheBytes, long baseAlignmentBytes, boolean hasSharedMemory) {
    private static final int DIMENSIONS = 3;
    private static final long MAX_COUNT = 1 << 24;
    private static final long MAX_BYTES = 1L << 50;

    /**
     * Asks a device what it is.
     *
     * @throws IllegalStateException if it cannot be used, with half a sentence that says why
     */
    static OpenClDevice of(long platform, long id) {
        if (!ClDevice.info(id, ClDevice.CL_DEVICE_AVAILABLE).flag()) {
            throw new IllegalStateException("it is not available, which may be for now or for this user");
        }
        boolean hasSharedMemory = hasSharedMemory(id);
        if (!hasSharedMemory && !Boolean.getBoolean(Instrument.PROPERTY)) {
            throw new IllegalStateException("it has no shared virtual memory, which OpenCL 2.0 brought");
        }
        return new OpenClDevice(platform, id, name(id), ClPlatform.info(platform, ClPlatform.CL_PLATFORM_NAME).text()
                .strip(), text(id, ClDevice.CL_DEVICE_VENDOR), text(id, ClDevice.CL_DEVICE_VERSION),
                text(id, ClDevice.CL_DRIVER_VERSION),
                (number(id, ClDevice.CL_DEVICE_TYPE) & ClDevice.CL_DEVICE_TYPE_GPU) != 0,
                (int) within(id, ClDevice.CL_DEVICE_MAX_COMPUTE_UNITS, "compute units", MAX_COUNT),
                within(id, ClDevice.CL_DEVICE_MAX_WORK_GROUP_SIZE, "work-items in a work-group", MAX_COUNT),
                Arrays.stream(ClDevice.info(id, ClDevice.CL_DEVICE_MAX_WORK_ITEM_SIZES).numbers()).limit(DIMENSIONS)
                        .boxed().toList(),
                within(id, ClDevice.CL_DEVICE_LOCAL_MEM_SIZE, "bytes of local memory", MAX_BYTES),
                within(id, ClDevice.CL_DEVICE_GLOBAL_MEM_SIZE, "bytes of memory", MAX_BYTES),
                within(id, ClDevice.CL_DEVICE_MAX_MEM_ALLOC_SIZE, "bytes to allocate at once", MAX_BYTES),
                number(id, ClDevice.CL_DEVICE_GLOBAL_MEM_CACHE_SIZE),
                within(id, ClDevice.CL_DEVICE_MEM_BASE_ADDR_ALIGN, "bits of alignment", MAX_COUNT) / Byte.SIZE,
                hasSharedMemory);
    }

    static String name(long id) {
        return text(id, ClDevice.CL_DEVICE_NAME);
    }

    private static long within(long id, int parameter, String what, long limit) {
        long number = number(id, parameter);
        if (number <= 0 || number > limit) {
            throw new IllegalStateException("its driver says that it has " + Long.toUnsignedString(number) + " " + what
                    + ", which cannot be");
        }
        return number;
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
        if (cacheBytes > 0) {
            facts.put("cache", cacheBytes / 1024 + " KiB");
        }
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
