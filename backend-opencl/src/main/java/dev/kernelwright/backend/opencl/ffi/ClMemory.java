package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.ULONG;

import java.lang.foreign.MemorySegment;

/**
 * Buffers, and the commands that move their bytes.
 *
 * <p>A command that does not block returns before it has read or written the host's segment.
 */
public final class ClMemory {
    public static final long CL_MEM_READ_WRITE = 1 << 0;
    public static final long CL_MEM_WRITE_ONLY = 1 << 1;
    public static final long CL_MEM_READ_ONLY = 1 << 2;
    public static final long CL_MEM_USE_HOST_PTR = 1 << 3;
    public static final long CL_MEM_ALLOC_HOST_PTR = 1 << 4;
    public static final long CL_MEM_COPY_HOST_PTR = 1 << 5;

    public static final long CL_MAP_READ = 1 << 0;
    public static final long CL_MAP_WRITE = 1 << 1;
    public static final long CL_MAP_WRITE_INVALIDATE_REGION = 1 << 2;

    public static final int CL_MEM_SIZE = 0x1102;
    public static final int CL_MEM_REFERENCE_COUNT = 0x1105;
    public static final int CL_MEM_CONTEXT = 0x1106;

    static final int CL_BUFFER_CREATE_TYPE_REGION = 0x1220;

    // cl_mem clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void * host_ptr,
    // cl_int * errcode_ret)
    private static final ClFunction CREATE = ClFunction.pointer("clCreateBuffer", HANDLE, ULONG, SIZE, POINTER,
            POINTER);

    // cl_mem clCreateSubBuffer(cl_mem buffer, cl_mem_flags flags, cl_buffer_create_type buffer_create_type,
    // const void * buffer_create_info, cl_int * errcode_ret)
    private static final ClFunction CREATE_SUB_BUFFER = ClFunction.pointer("clCreateSubBuffer", HANDLE, ULONG, UINT,
            POINTER, POINTER);

    // cl_int clGetMemObjectInfo(cl_mem memobj, cl_mem_info param_name, size_t param_value_size, void * param_value,
    // size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetMemObjectInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clRetainMemObject(cl_mem memobj)
    private static final ClFunction RETAIN = ClFunction.status("clRetainMemObject", HANDLE);

    // cl_int clReleaseMemObject(cl_mem memobj)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseMemObject", HANDLE);

    // cl_int clEnqueueReadBuffer(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_read, size_t offset,
    // size_t size, void * ptr, cl_uint num_events_in_wait_list, const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction READ = ClFunction.status("clEnqueueReadBuffer", HANDLE, HANDLE, UINT, SIZE, SIZE,
            POINTER, UINT, POINTER, POINTER);

    // cl_int clEnqueueWriteBuffer(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_write,
    // size_t offset, size_t size, const void * ptr, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction WRITE = ClFunction.status("clEnqueueWriteBuffer", HANDLE, HANDLE, UINT, SIZE, SIZE,
            POINTER, UINT, POINTER, POINTER);

    // cl_int clEnqueueCopyBuffer(cl_command_queue command_queue, cl_mem src_buffer, cl_mem dst_buffer,
    // size_t src_offset, size_t dst_offset, size_t size, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction COPY = ClFunction.status("clEnqueueCopyBuffer", HANDLE, HANDLE, HANDLE, SIZE, SIZE,
            SIZE, UINT, POINTER, POINTER);

    // cl_int clEnqueueFillBuffer(cl_command_queue command_queue, cl_mem buffer, const void * pattern,
    // size_t pattern_size, size_t offset, size_t size, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction FILL = ClFunction.status("clEnqueueFillBuffer", HANDLE, HANDLE, POINTER, SIZE, SIZE,
            SIZE, UINT, POINTER, POINTER);

    // void * clEnqueueMapBuffer(cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_map,
    // cl_map_flags map_flags, size_t offset, size_t size, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event, cl_int * errcode_ret)
    private static final ClFunction MAP = ClFunction.pointer("clEnqueueMapBuffer", HANDLE, HANDLE, UINT, ULONG, SIZE,
            SIZE, UINT, POINTER, POINTER, POINTER);

    // cl_int clEnqueueUnmapMemObject(cl_command_queue command_queue, cl_mem memobj, void * mapped_ptr,
    // cl_uint num_events_in_wait_list, const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction UNMAP = ClFunction.status("clEnqueueUnmapMemObject", HANDLE, HANDLE, POINTER, UINT,
            POINTER, POINTER);

    private ClMemory() {}

    /** Creates a buffer on the device. */
    public static long create(long context, long flags, long bytes) {
        return CREATE.create((arena, status) -> (long) CREATE.handle()
                .invokeExact(context, flags, bytes, MemorySegment.NULL, status));
    }

    /** Creates a buffer of a segment's size that copies it or, with {@link #CL_MEM_USE_HOST_PTR}, is in it. */
    public static long create(long context, long flags, MemorySegment host) {
        return CREATE.create((arena, status) -> (long) CREATE.handle()
                .invokeExact(context, flags, host.byteSize(), host, status));
    }

    /** Creates a buffer that is a part of another; the device says how its start must be aligned. */
    public static long createSubBuffer(long buffer, long flags, long offset, long bytes) {
        return CREATE_SUB_BUFFER.create((arena, status) -> (long) CREATE_SUB_BUFFER.handle().invokeExact(buffer, flags,
                CL_BUFFER_CREATE_TYPE_REGION, arena.allocateFrom(SIZE, offset, bytes), status));
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long buffer, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(buffer, parameter, size, value, sizeReturned));
    }

    /** Counts one more use of a buffer. */
    public static void retain(long buffer) {
        RETAIN.run(() -> (int) RETAIN.handle().invokeExact(buffer));
    }

    /** Counts one use of a buffer less, and frees it when none is left and its commands are complete. */
    public static void release(long buffer) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(buffer));
    }

    /** Reads as many bytes as the host's segment has. */
    public static void enqueueRead(long queue, long buffer, boolean blocking, long offset, MemorySegment host,
            MemorySegment waitList, MemorySegment event) {
        READ.run(() -> (int) READ.handle().invokeExact(queue, buffer, blocking ? 1 : 0, offset, host.byteSize(), host,
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Writes as many bytes as the host's segment has. */
    public static void enqueueWrite(long queue, long buffer, boolean blocking, long offset, MemorySegment host,
            MemorySegment waitList, MemorySegment event) {
        WRITE.run(() -> (int) WRITE.handle().invokeExact(queue, buffer, blocking ? 1 : 0, offset, host.byteSize(), host,
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Copies bytes from one buffer to another. */
    public static void enqueueCopy(long queue, long source, long target, long sourceOffset, long targetOffset,
            long bytes, MemorySegment waitList, MemorySegment event) {
        COPY.run(() -> (int) COPY.handle().invokeExact(queue, source, target, sourceOffset, targetOffset, bytes,
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Fills a buffer with a pattern of 1 to 128 bytes, a power of two, which OpenCL copies at once. */
    public static void enqueueFill(long queue, long buffer, MemorySegment pattern, long offset, long bytes,
            MemorySegment waitList, MemorySegment event) {
        FILL.run(() -> (int) FILL.handle().invokeExact(queue, buffer, pattern, pattern.byteSize(), offset, bytes,
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Lets the host at bytes of a buffer: once the command is complete, and until they are unmapped. */
    @SuppressWarnings("restricted") // the size is the one that was asked for
    public static MemorySegment enqueueMap(long queue, long buffer, boolean blocking, long flags, long offset,
            long bytes, MemorySegment waitList, MemorySegment event) {
        long address = MAP.create((arena, status) -> (long) MAP.handle().invokeExact(queue, buffer, blocking ? 1 : 0,
                flags, offset, bytes, ClEvent.count(waitList), waitList, ClEvent.slot(event), status));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** Takes the bytes of a buffer back from the host. */
    public static void enqueueUnmap(long queue, long buffer, MemorySegment mapped, MemorySegment waitList,
            MemorySegment event) {
        UNMAP.run(() -> (int) UNMAP.handle().invokeExact(queue, buffer, mapped, ClEvent.count(waitList), waitList,
                ClEvent.slot(event)));
    }
}
