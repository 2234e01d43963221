package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;

import java.lang.foreign.MemorySegment;

/** Contexts, in which devices share memory and programs. */
public final class ClContext {
    public static final int CL_CONTEXT_REFERENCE_COUNT = 0x1080;
    public static final int CL_CONTEXT_DEVICES = 0x1081;
    static final long CL_CONTEXT_PLATFORM = 0x1084;

    // cl_context clCreateContext(const cl_context_properties * properties, cl_uint num_devices,
    // const cl_device_id * devices, void (CL_CALLBACK * pfn_notify)(const char * errinfo, const void * private_info,
    // size_t cb, void * user_data), void * user_data, cl_int * errcode_ret)
    private static final ClFunction CREATE = ClFunction.pointer("clCreateContext", POINTER, UINT, POINTER, POINTER,
            POINTER, POINTER);

    // cl_int clGetContextInfo(cl_context context, cl_context_info param_name, size_t param_value_size,
    // void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetContextInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clRetainContext(cl_context context)
    private static final ClFunction RETAIN = ClFunction.status("clRetainContext", HANDLE);

    // cl_int clReleaseContext(cl_context context)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseContext", HANDLE);

    private ClContext() {}

    /** Creates a context of devices of one platform. */
    public static long create(long platform, long... devices) {
        return CREATE.create((arena, status) -> (long) CREATE.handle().invokeExact(
                arena.allocateFrom(HANDLE, CL_CONTEXT_PLATFORM, platform, 0), devices.length,
                arena.allocateFrom(HANDLE, devices), MemorySegment.NULL, MemorySegment.NULL, status));
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long context, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(context, parameter, size, value, sizeReturned));
    }

    /** Counts one more use of a context. */
    public static void retain(long context) {
        RETAIN.run(() -> (int) RETAIN.handle().invokeExact(context));
    }

    /** Counts one use of a context less, and gives it back when none and nothing in it is left. */
    public static void release(long context) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(context));
    }
}
