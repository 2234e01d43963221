package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;

import java.lang.foreign.MemorySegment;

/** Contexts, in which devices share memory and programs. */
public final class ClContext {
    static final long CL_CONTEXT_PLATFORM = 0x1084;

    // cl_context clCreateContext(const cl_context_properties * properties, cl_uint num_devices,
    // const cl_device_id * devices, void (CL_CALLBACK * pfn_notify)(const char * errinfo, const void * private_info,
    // size_t cb, void * user_data), void * user_data, cl_int * errcode_ret)
    private static final ClFunction CREATE = ClFunction.pointer("clCreateContext", POINTER, UINT, POINTER, POINTER,
            POINTER, POINTER);

    // cl_int clReleaseContext(cl_context context)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseContext", HANDLE);

    private ClContext() {}

    /** Creates a context of devices of one platform. */
    public static long create(long platform, long... devices) {
        return CREATE.create((arena, status) -> (long) CREATE.handle().invokeExact(
                arena.allocateFrom(HANDLE, CL_CONTEXT_PLATFORM, platform, 0), devices.length,
                arena.allocateFrom(HANDLE, devices), MemorySegment.NULL, MemorySegment.NULL, status));
    }

    /** Gives a context back. */
    public static void release(long context) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(context));
    }
}
