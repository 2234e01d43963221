package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.ULONG;

import java.lang.foreign.MemorySegment;

/** Command queues; in order, unless created otherwise. Safe for use from several threads. */
public final class ClQueue {
    public static final long CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE = 1 << 0;
    public static final long CL_QUEUE_PROFILING_ENABLE = 1 << 1;
    public static final int CL_QUEUE_CONTEXT = 0x1090;
    public static final int CL_QUEUE_DEVICE = 0x1091;
    public static final int CL_QUEUE_REFERENCE_COUNT = 0x1092;
    /** Asks for a set of the properties above, and gives it to {@link #createWithProperties}. */
    public static final int CL_QUEUE_PROPERTIES = 0x1093;

    // cl_command_queue clCreateCommandQueue(cl_context context, cl_device_id device,
    // cl_command_queue_properties properties, cl_int * errcode_ret)
    private static final ClFunction CREATE = ClFunction.pointer("clCreateCommandQueue", HANDLE, HANDLE, ULONG, POINTER);

    // cl_command_queue clCreateCommandQueueWithProperties(cl_context context, cl_device_id device,
    // const cl_queue_properties * properties, cl_int * errcode_ret)
    private static final ClFunction CREATE_WITH_PROPERTIES = ClFunction.pointer("clCreateCommandQueueWithProperties",
            HANDLE, HANDLE, POINTER, POINTER);

    // cl_int clRetainCommandQueue(cl_command_queue command_queue)
    private static final ClFunction RETAIN = ClFunction.status("clRetainCommandQueue", HANDLE);

    // cl_int clGetCommandQueueInfo(cl_command_queue command_queue, cl_command_queue_info param_name,
    // size_t param_value_size, void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetCommandQueueInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clReleaseCommandQueue(cl_command_queue command_queue)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseCommandQueue", HANDLE);

    // cl_int clFlush(cl_command_queue command_queue)
    private static final ClFunction FLUSH = ClFunction.status("clFlush", HANDLE);

    // cl_int clFinish(cl_command_queue command_queue)
    private static final ClFunction FINISH = ClFunction.status("clFinish", HANDLE);

    // cl_int clEnqueueMarkerWithWaitList(cl_command_queue command_queue, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction MARKER = ClFunction.status("clEnqueueMarkerWithWaitList", HANDLE, UINT, POINTER,
            POINTER);

    // cl_int clEnqueueBarrierWithWaitList(cl_command_queue command_queue, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction BARRIER = ClFunction.status("clEnqueueBarrierWithWaitList", HANDLE, UINT, POINTER,
            POINTER);

    private ClQueue() {}

    /** Creates a queue with a set of properties in the way of OpenCL 1.2, which is deprecated and always there. */
    public static long create(long context, long device, long properties) {
        return CREATE.create((arena, status) -> (long) CREATE.handle()
                .invokeExact(context, device, properties, status));
    }

    /** Returns whether the library has {@link #createWithProperties}, which came with OpenCL 2.0. */
    public static boolean hasCreateWithProperties() {
        return CREATE_WITH_PROPERTIES.isPresent();
    }

    /** Creates a queue with a set of properties in the way of OpenCL 2.0. */
    public static long createWithProperties(long context, long device, long properties) {
        return CREATE_WITH_PROPERTIES.create((arena, status) -> (long) CREATE_WITH_PROPERTIES.handle()
                .invokeExact(context, device, arena.allocateFrom(ULONG, (long) CL_QUEUE_PROPERTIES, properties, 0),
                        status));
    }

    /** Counts one more use of a queue. */
    public static void retain(long queue) {
        RETAIN.run(() -> (int) RETAIN.handle().invokeExact(queue));
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long queue, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(queue, parameter, size, value, sizeReturned));
    }

    /** Counts one use of a queue less, and gives it back when none is left and its commands are complete. */
    public static void release(long queue) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(queue));
    }

    /** Sends what is queued to the device. */
    public static void flush(long queue) {
        FLUSH.run(() -> (int) FLUSH.handle().invokeExact(queue));
    }

    /** Waits until what is queued is complete. */
    public static void finish(long queue) {
        FINISH.run(() -> (int) FINISH.handle().invokeExact(queue));
    }

    /** Enqueues a marker: an event that is complete when the given ones are, or all before it if none is given. */
    public static void enqueueMarker(long queue, MemorySegment waitList, MemorySegment event) {
        try {
            MARKER.check((int) MARKER.handle()
                    .invokeExact(queue, ClEvent.count(waitList), waitList, ClEvent.slot(event)));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Enqueues a barrier: a marker that all commands after it wait for. */
    public static void enqueueBarrier(long queue, MemorySegment waitList, MemorySegment event) {
        BARRIER.run(() -> (int) BARRIER.handle()
                .invokeExact(queue, ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }
}
