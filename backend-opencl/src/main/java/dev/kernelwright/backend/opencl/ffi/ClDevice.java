package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.ULONG;

/** Devices of a platform, and what they are able to do. */
public final class ClDevice {
    public static final long CL_DEVICE_TYPE_CPU = 1 << 1;
    public static final long CL_DEVICE_TYPE_GPU = 1 << 2;
    public static final long CL_DEVICE_TYPE_ALL = 0xFFFFFFFFL;

    public static final int CL_DEVICE_TYPE = 0x1000;
    public static final int CL_DEVICE_VENDOR_ID = 0x1001;
    public static final int CL_DEVICE_MAX_COMPUTE_UNITS = 0x1002;
    public static final int CL_DEVICE_MAX_WORK_GROUP_SIZE = 0x1004;
    public static final int CL_DEVICE_MAX_WORK_ITEM_SIZES = 0x1005;
    public static final int CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT = 0x100A;
    public static final int CL_DEVICE_MAX_CLOCK_FREQUENCY = 0x100C;
    public static final int CL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010;
    public static final int CL_DEVICE_MEM_BASE_ADDR_ALIGN = 0x1019;
    public static final int CL_DEVICE_SINGLE_FP_CONFIG = 0x101B;
    public static final int CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE = 0x101D;
    public static final int CL_DEVICE_GLOBAL_MEM_CACHE_SIZE = 0x101E;
    public static final int CL_DEVICE_GLOBAL_MEM_SIZE = 0x101F;
    public static final int CL_DEVICE_LOCAL_MEM_TYPE = 0x1022;
    public static final int CL_DEVICE_LOCAL_MEM_SIZE = 0x1023;
    public static final int CL_DEVICE_PROFILING_TIMER_RESOLUTION = 0x1025;
    public static final int CL_DEVICE_AVAILABLE = 0x1027;
    public static final int CL_DEVICE_COMPILER_AVAILABLE = 0x1028;
    public static final int CL_DEVICE_QUEUE_PROPERTIES = 0x102A;
    public static final int CL_DEVICE_NAME = 0x102B;
    public static final int CL_DEVICE_VENDOR = 0x102C;
    public static final int CL_DRIVER_VERSION = 0x102D;
    public static final int CL_DEVICE_VERSION = 0x102F;
    public static final int CL_DEVICE_EXTENSIONS = 0x1030;
    public static final int CL_DEVICE_DOUBLE_FP_CONFIG = 0x1032;
    public static final int CL_DEVICE_HOST_UNIFIED_MEMORY = 0x1035;
    public static final int CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT = 0x103A;
    public static final int CL_DEVICE_OPENCL_C_VERSION = 0x103D;
    /** From OpenCL 2.0, as a set of the capabilities below. */
    public static final int CL_DEVICE_SVM_CAPABILITIES = 0x1053;
    /** From OpenCL 2.1. */
    public static final int CL_DEVICE_MAX_NUM_SUB_GROUPS = 0x105C;

    public static final long CL_FP_FMA = 1 << 5;
    public static final long CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT = 1 << 7;
    public static final long CL_DEVICE_SVM_COARSE_GRAIN_BUFFER = 1 << 0;
    public static final long CL_DEVICE_SVM_FINE_GRAIN_BUFFER = 1 << 1;
    public static final long CL_DEVICE_SVM_FINE_GRAIN_SYSTEM = 1 << 2;

    // cl_int clGetDeviceIDs(cl_platform_id platform, cl_device_type device_type, cl_uint num_entries,
    // cl_device_id * devices, cl_uint * num_devices)
    private static final ClFunction GET_IDS = ClFunction.status("clGetDeviceIDs", HANDLE, ULONG, UINT, POINTER,
            POINTER);

    // cl_int clGetDeviceInfo(cl_device_id device, cl_device_info param_name, size_t param_value_size,
    // void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetDeviceInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    private ClDevice() {}

    /** Returns the devices of a platform that are of a type, such as {@link #CL_DEVICE_TYPE_ALL}; empty if none is. */
    public static long[] all(long platform, long type) {
        try {
            return GET_IDS.handles(ClStatus.CL_DEVICE_NOT_FOUND, (count, devices, countReturned) -> (int) GET_IDS
                    .handle().invokeExact(platform, type, count, devices, countReturned));
        } finally {
            ClLoader.shared().handlers().restore();
        }
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long device, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(device, parameter, size, value, sizeReturned));
    }
}
