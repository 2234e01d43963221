package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;

/** Platforms: the drivers that the loader has found. */
public final class ClPlatform {
    public static final int CL_PLATFORM_VERSION = 0x0901;
    public static final int CL_PLATFORM_NAME = 0x0902;
    public static final int CL_PLATFORM_VENDOR = 0x0903;

    // cl_int clGetPlatformIDs(cl_uint num_entries, cl_platform_id * platforms, cl_uint * num_platforms)
    private static final ClFunction GET_IDS = ClFunction.status("clGetPlatformIDs", UINT, POINTER, POINTER);

    // cl_int clGetPlatformInfo(cl_platform_id platform, cl_platform_info param_name, size_t param_value_size,
    // void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetPlatformInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    private ClPlatform() {}

    /** Returns all platforms; empty if no driver is installed. */
    public static long[] all() {
        return GET_IDS.handles(ClStatus.CL_PLATFORM_NOT_FOUND_KHR, (count, platforms, countReturned) -> (int) GET_IDS
                .handle().invokeExact(count, platforms, countReturned));
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long platform, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(platform, parameter, size, value, sizeReturned));
    }
}
