package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Events: what commands wait for, and what tells how they went. What times a launch allocates nothing on the Java heap.
 *
 * <p>Every command takes a wait list, a segment full of events, and a slot, a segment into which it writes its own
 * event, to be {@linkplain #release given back}; {@link #NONE} stands for neither.
 */
public final class ClEvent {
    /** No wait list, or no slot for an event. */
    public static final MemorySegment NONE = MemorySegment.NULL;

    public static final int CL_EVENT_COMMAND_TYPE = 0x11D1;
    /** {@link #CL_COMPLETE}, a status above it if the command has yet to end, or below it if it failed. */
    public static final int CL_EVENT_COMMAND_EXECUTION_STATUS = 0x11D3;
    public static final int CL_COMPLETE = 0x0;

    public static final int CL_PROFILING_COMMAND_QUEUED = 0x1280;
    public static final int CL_PROFILING_COMMAND_SUBMIT = 0x1281;
    public static final int CL_PROFILING_COMMAND_START = 0x1282;
    public static final int CL_PROFILING_COMMAND_END = 0x1283;

    // cl_int clWaitForEvents(cl_uint num_events, const cl_event * event_list)
    private static final ClFunction WAIT = ClFunction.status("clWaitForEvents", UINT, POINTER);

    // cl_int clReleaseEvent(cl_event event)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseEvent", HANDLE);

    // cl_int clGetEventInfo(cl_event event, cl_event_info param_name, size_t param_value_size, void * param_value,
    // size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetEventInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clGetEventProfilingInfo(cl_event event, cl_profiling_info param_name, size_t param_value_size,
    // void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_PROFILING_INFO = ClFunction.status("clGetEventProfilingInfo", HANDLE, UINT,
            SIZE, POINTER, POINTER);

    private ClEvent() {}

    /** Returns a new slot for one event. */
    public static MemorySegment allocateSlot(Arena arena) {
        return arena.allocate(HANDLE);
    }

    /** Returns the event that a command wrote into a slot. */
    public static long in(MemorySegment slot) {
        return slot.get(HANDLE, 0);
    }

    /** Waits until all events of a list are complete. */
    public static void await(MemorySegment waitList) {
        try {
            WAIT.check((int) WAIT.handle().invokeExact(count(waitList), waitList));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Gives an event back. */
    public static void release(long event) {
        try {
            RELEASE.check((int) RELEASE.handle().invokeExact(event));
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long event, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(event, parameter, size, value, sizeReturned));
    }

    /** Returns {@link #CL_EVENT_COMMAND_EXECUTION_STATUS}, by way of a scratch segment of 8 bytes. */
    public static int status(long event, MemorySegment scratch) {
        try {
            GET_INFO.check((int) GET_INFO.handle().invokeExact(event, CL_EVENT_COMMAND_EXECUTION_STATUS,
                    (long) Integer.BYTES, scratch, MemorySegment.NULL));
            return scratch.get(ClFunction.INT, 0);
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /**
     * Returns when a command came to a point, on the device's clock; its queue must have been created to profile.
     *
     * @param scratch a segment of 8 bytes, aligned to them
     */
    public static long profilingNanos(long event, int parameter, MemorySegment scratch) {
        try {
            GET_PROFILING_INFO.check((int) GET_PROFILING_INFO.handle().invokeExact(event, parameter,
                    (long) Long.BYTES, scratch, MemorySegment.NULL));
            return scratch.get(ClFunction.ULONG, 0);
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Returns how many events a wait list holds. */
    static int count(MemorySegment waitList) {
        return (int) (waitList.byteSize() / HANDLE.byteSize());
    }

    /** Returns a slot once it is seen to have room for an event. */
    static MemorySegment slot(MemorySegment event) {
        if (event.address() != 0 && event.byteSize() < HANDLE.byteSize()) {
            throw new IllegalArgumentException("a segment of " + event.byteSize()
                    + " bytes was given for an event: give one of " + HANDLE.byteSize() + ", or ClEvent.NONE");
        }
        return event;
    }
}
