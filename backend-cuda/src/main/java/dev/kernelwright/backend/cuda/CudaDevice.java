package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.DriverDevices;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GPU, and what its driver says of it.
 *
 * @param handle the driver's number of it
 * @param capability the compute capability, for example 90 for 9.0
 * @param architecture what kernels are compiled for, for example {@code sm_90a}
 * @param multiprocessor what each of its multiprocessors has
 * @param maxThreads the threads that a block may have at most
 * @param maxSharedBytes the shared memory that a block may have at most, if it asks for more than usual
 */
record CudaDevice(int handle, String name, int capability, String architecture, int multiprocessors,
        Multiprocessor multiprocessor, int maxThreads, long maxSharedBytes, long memoryBytes, long l2Bytes,
        int driverVersion) {
    /** From this compute capability on, an architecture has features that its successors lack, compiled for with an "a". */
    private static final int FIRST_WITH_OWN_FEATURES = 90;
    private static final int FIRST_WITH_BF16_PRODUCTS = 80;

    /**
     * What blocks that run at a time share.
     *
     * @param registers its registers of 32 bits
     * @param threads the threads that it holds at most
     * @param sharedBytes its shared memory
     */
    record Multiprocessor(int registers, int threads, long sharedBytes) {
        static Multiprocessor describe(DriverDevices devices, int handle) {
            return new Multiprocessor(
                    devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR),
                    devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR),
                    devices.attribute(handle,
                            CudaConstants.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR));
        }
    }

    static CudaDevice describe(CudaDriver driver, int index) {
        DriverDevices devices = driver.devices();
        int handle = devices.device(index);
        int capability = 10 * devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        return new CudaDevice(handle, devices.name(handle), capability,
                "sm_" + capability + (capability >= FIRST_WITH_OWN_FEATURES ? "a" : ""),
                devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                Multiprocessor.describe(devices, handle),
                devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                devices.totalMemoryBytes(handle),
                devices.attribute(handle, CudaConstants.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE), driver.version());
    }

    /** Returns whether there are units for products of bf16 matrices. */
    boolean hasTensorCores() {
        return capability >= FIRST_WITH_BF16_PRODUCTS;
    }

    /** Returns the device as people see it. */
    DeviceDescription description(int index) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("architecture", architecture);
        facts.put("multiprocessors", Integer.toString(multiprocessors));
        facts.put("registers of a multiprocessor", multiprocessor.registers + " of 32 bits");
        facts.put("threads of a multiprocessor", multiprocessor.threads + ", at most " + maxThreads + " in a block");
        facts.put("shared memory of a multiprocessor",
                multiprocessor.sharedBytes / 1024 + " KiB, at most " + maxSharedBytes / 1024 + " KiB in a block");
        facts.put("l2 cache", (l2Bytes >> 20) + " MiB");
        facts.put("memory", (memoryBytes >> 20) + " MiB");
        facts.put("driver", CudaDriver.versionText(driverVersion));
        return new DeviceDescription(CudaBackendProvider.NAME + (index == 0 ? "" : ":" + index), name, facts);
    }

    /** Returns what kernels are made for. A binary is one for the architecture, which later drivers run. */
    Target target() {
        return new Target(List.of(Target.exact("backend", CudaBackendProvider.NAME),
                Target.exact("architecture", architecture), Target.exact("device", name),
                Target.exact("multiprocessors", Integer.toString(multiprocessors)),
                Target.atLeast("driver", CudaDriver.versionText(driverVersion))));
    }
}
