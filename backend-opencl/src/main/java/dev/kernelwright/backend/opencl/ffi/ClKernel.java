package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Kernels of a built program, their arguments and their launch.
 *
 * <p>A kernel keeps the arguments that were last set, so one thread at a time may set and launch. Neither allocates on
 * the Java heap: a value goes through a scratch segment of the caller's, of 8 bytes and aligned to 8, and may be
 * overwritten at once, since OpenCL copies it.
 */
public final class ClKernel {
    public static final int CL_KERNEL_FUNCTION_NAME = 0x1190;
    public static final int CL_KERNEL_NUM_ARGS = 0x1191;

    /** Of arguments; a program of a binary, or without the option {@code -cl-kernel-arg-info}, may have none. */
    public static final int CL_KERNEL_ARG_ADDRESS_QUALIFIER = 0x1196;
    public static final int CL_KERNEL_ARG_TYPE_NAME = 0x1198;
    public static final int CL_KERNEL_ARG_NAME = 0x119A;
    public static final int CL_KERNEL_ARG_ADDRESS_GLOBAL = 0x119B;
    public static final int CL_KERNEL_ARG_ADDRESS_LOCAL = 0x119C;
    public static final int CL_KERNEL_ARG_ADDRESS_CONSTANT = 0x119D;
    public static final int CL_KERNEL_ARG_ADDRESS_PRIVATE = 0x119E;

    public static final int CL_KERNEL_WORK_GROUP_SIZE = 0x11B0;
    public static final int CL_KERNEL_COMPILE_WORK_GROUP_SIZE = 0x11B1;
    public static final int CL_KERNEL_LOCAL_MEM_SIZE = 0x11B2;
    public static final int CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE = 0x11B3;
    public static final int CL_KERNEL_PRIVATE_MEM_SIZE = 0x11B4;

    public static final int CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE = 0x2033;
    public static final int CL_KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE = 0x2034;

    // cl_kernel clCreateKernel(cl_program program, const char * kernel_name, cl_int * errcode_ret)
    private static final ClFunction CREATE = ClFunction.pointer("clCreateKernel", HANDLE, POINTER, POINTER);

    // cl_int clReleaseKernel(cl_kernel kernel)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseKernel", HANDLE);

    // cl_int clSetKernelArg(cl_kernel kernel, cl_uint arg_index, size_t arg_size, const void * arg_value)
    private static final ClFunction SET_ARG = ClFunction.critical("clSetKernelArg", HANDLE, UINT, SIZE, POINTER);

    // cl_int clSetKernelArgSVMPointer(cl_kernel kernel, cl_uint arg_index, const void * arg_value)
    private static final ClFunction SET_ARG_SVM_POINTER = ClFunction.critical("clSetKernelArgSVMPointer", HANDLE, UINT,
            HANDLE);

    // cl_int clGetKernelInfo(cl_kernel kernel, cl_kernel_info param_name, size_t param_value_size, void * param_value,
    // size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetKernelInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clGetKernelArgInfo(cl_kernel kernel, cl_uint arg_indx, cl_kernel_arg_info param_name,
    // size_t param_value_size, void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_ARG_INFO = ClFunction.status("clGetKernelArgInfo", HANDLE, UINT, UINT, SIZE,
            POINTER, POINTER);

    // cl_int clGetKernelWorkGroupInfo(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info param_name,
    // size_t param_value_size, void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_WORK_GROUP_INFO = ClFunction.status("clGetKernelWorkGroupInfo", HANDLE, HANDLE,
            UINT, SIZE, POINTER, POINTER);

    // cl_int clGetKernelSubGroupInfo(cl_kernel kernel, cl_device_id device, cl_kernel_sub_group_info param_name,
    // size_t input_value_size, const void* input_value, size_t param_value_size, void* param_value,
    // size_t* param_value_size_ret)
    private static final ClFunction GET_SUB_GROUP_INFO = ClFunction.status("clGetKernelSubGroupInfo", HANDLE, HANDLE,
            UINT, SIZE, POINTER, SIZE, POINTER, POINTER);

    // cl_int clEnqueueNDRangeKernel(cl_command_queue command_queue, cl_kernel kernel, cl_uint work_dim,
    // const size_t * global_work_offset, const size_t * global_work_size, const size_t * local_work_size,
    // cl_uint num_events_in_wait_list, const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction ENQUEUE = ClFunction.status("clEnqueueNDRangeKernel", HANDLE, HANDLE, UINT, POINTER,
            POINTER, POINTER, UINT, POINTER, POINTER);

    private ClKernel() {}

    /** Creates the kernel of a name. */
    public static long create(long program, String name) {
        return CREATE.create((arena, status) -> (long) CREATE.handle()
                .invokeExact(program, arena.allocateFrom(name), status));
    }

    /** Gives a kernel back. */
    public static void release(long kernel) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(kernel));
    }

    /** Sets a {@code global} or {@code constant} pointer to a buffer; a buffer of 0 is the null pointer. */
    public static void setBuffer(long kernel, int index, long buffer, MemorySegment scratch) {
        setLong(kernel, index, buffer, scratch);
    }

    /** Sets a {@code long}. */
    public static void setLong(long kernel, int index, long value, MemorySegment scratch) {
        scratch.set(ValueLayout.JAVA_LONG, 0, value);
        setArgument(kernel, index, Long.BYTES, scratch);
    }

    /** Sets an {@code int}. */
    public static void setInt(long kernel, int index, int value, MemorySegment scratch) {
        scratch.set(ValueLayout.JAVA_INT, 0, value);
        setArgument(kernel, index, Integer.BYTES, scratch);
    }

    /** Sets a {@code float}. */
    public static void setFloat(long kernel, int index, float value, MemorySegment scratch) {
        scratch.set(ValueLayout.JAVA_FLOAT, 0, value);
        setArgument(kernel, index, Float.BYTES, scratch);
    }

    /** Sets a {@code local} pointer to that many bytes of each work-group's own. */
    public static void setLocal(long kernel, int index, long bytes) {
        setArgument(kernel, index, bytes, MemorySegment.NULL);
    }

    private static void setArgument(long kernel, int index, long bytes, MemorySegment value) {
        try {
            SET_ARG.check((int) SET_ARG.handle().invokeExact(kernel, index, bytes, value));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Returns whether the library has {@link #setSvmPointer}, which came with OpenCL 2.0. */
    static boolean hasSetSvmPointer() {
        return SET_ARG_SVM_POINTER.isPresent();
    }

    /** Sets a {@code global} or {@code constant} pointer to an address in shared virtual memory. */
    public static void setSvmPointer(long kernel, int index, long address) {
        try {
            SET_ARG_SVM_POINTER.check((int) SET_ARG_SVM_POINTER.handle().invokeExact(kernel, index, address));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /**
     * Launches a kernel with the arguments that are set.
     *
     * @param dimensions how many of the sizes count, 1 to 3
     * @param globalSizes the work-items in each dimension, as longs
     * @param localSizes the work-items of a work-group in each dimension, as longs; {@link ClEvent#NONE} leaves them to
     *        the driver
     */
    public static void enqueue(long queue, long kernel, int dimensions, MemorySegment globalSizes,
            MemorySegment localSizes, MemorySegment waitList, MemorySegment event) {
        requireSizes(dimensions, globalSizes);
        if (localSizes.address() != 0) {
            requireSizes(dimensions, localSizes);
        }
        try {
            ENQUEUE.check((int) ENQUEUE.handle().invokeExact(queue, kernel, dimensions, MemorySegment.NULL, globalSizes,
                    localSizes, ClEvent.count(waitList), waitList, ClEvent.slot(event)));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    private static void requireSizes(int dimensions, MemorySegment sizes) {
        if (sizes.byteSize() < dimensions * SIZE.byteSize()) {
            throw new IllegalArgumentException("a launch over " + dimensions + " dimensions was given sizes of "
                    + sizes.byteSize() + " bytes: give " + SIZE.byteSize() + " for each");
        }
    }

    /** Returns a property of a kernel, by one of the constants. */
    public static ClInfo info(long kernel, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(kernel, parameter, size, value, sizeReturned));
    }

    /** Returns a property of an argument, by one of the constants with {@code ARG} in their name. */
    public static ClInfo argumentInfo(long kernel, int index, int parameter) {
        return GET_ARG_INFO.info((size, value, sizeReturned) -> (int) GET_ARG_INFO.handle()
                .invokeExact(kernel, index, parameter, size, value, sizeReturned));
    }

    /** Returns what a kernel needs or gets on a device, by {@link #CL_KERNEL_WORK_GROUP_SIZE} or one after it. */
    public static ClInfo workGroupInfo(long kernel, long device, int parameter) {
        return GET_WORK_GROUP_INFO.info((size, value, sizeReturned) -> (int) GET_WORK_GROUP_INFO.handle()
                .invokeExact(kernel, device, parameter, size, value, sizeReturned));
    }

    /** Returns whether the library has {@link #subGroupInfo}, which came with OpenCL 2.1. */
    public static boolean hasSubGroupInfo() {
        return GET_SUB_GROUP_INFO.isPresent();
    }

    /** Returns how work-groups of the given sizes are split, by a constant with {@code SUB_GROUP} in its name. */
    public static ClInfo subGroupInfo(long kernel, long device, int parameter, MemorySegment localSizes) {
        return GET_SUB_GROUP_INFO.info((size, value, sizeReturned) -> (int) GET_SUB_GROUP_INFO.handle().invokeExact(
                kernel, device, parameter, localSizes.byteSize(), localSizes, size, value, sizeReturned));
    }
}
