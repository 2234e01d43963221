package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.ULONG;

import java.lang.foreign.MemorySegment;

/**
 * Shared virtual memory, from OpenCL 2.0: memory that has one address on the host and the device.
 *
 * <p>Ask {@link #isPresent} first, then the device for {@link ClDevice#CL_DEVICE_SVM_CAPABILITIES}: a library that has
 * these functions may have devices that do not.
 */
public final class ClSvm {
    /** For {@link #alloc}, beside the flags of buffers; spares the host to map and unmap. */
    public static final long CL_MEM_SVM_FINE_GRAIN_BUFFER = 1 << 10;

    // void * clSVMAlloc(cl_context context, cl_svm_mem_flags flags, size_t size, cl_uint alignment)
    private static final ClFunction ALLOC = ClFunction.pointer("clSVMAlloc", HANDLE, ULONG, SIZE, UINT);

    // void clSVMFree(cl_context context, void * svm_pointer)
    private static final ClFunction FREE = ClFunction.nothing("clSVMFree", HANDLE, POINTER);

    // cl_int clEnqueueSVMMemcpy(cl_command_queue command_queue, cl_bool blocking_copy, void * dst_ptr,
    // const void * src_ptr, size_t size, cl_uint num_events_in_wait_list, const cl_event * event_wait_list,
    // cl_event * event)
    private static final ClFunction COPY = ClFunction.status("clEnqueueSVMMemcpy", HANDLE, UINT, POINTER, POINTER, SIZE,
            UINT, POINTER, POINTER);

    // cl_int clEnqueueSVMMemFill(cl_command_queue command_queue, void * svm_ptr, const void * pattern,
    // size_t pattern_size, size_t size, cl_uint num_events_in_wait_list, const cl_event * event_wait_list,
    // cl_event * event)
    private static final ClFunction FILL = ClFunction.status("clEnqueueSVMMemFill", HANDLE, POINTER, POINTER, SIZE,
            SIZE, UINT, POINTER, POINTER);

    // cl_int clEnqueueSVMMap(cl_command_queue command_queue, cl_bool blocking_map, cl_map_flags flags, void * svm_ptr,
    // size_t size, cl_uint num_events_in_wait_list, const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction MAP = ClFunction.status("clEnqueueSVMMap", HANDLE, UINT, ULONG, POINTER, SIZE, UINT,
            POINTER, POINTER);

    // cl_int clEnqueueSVMUnmap(cl_command_queue command_queue, void * svm_ptr, cl_uint num_events_in_wait_list,
    // const cl_event * event_wait_list, cl_event * event)
    private static final ClFunction UNMAP = ClFunction.status("clEnqueueSVMUnmap", HANDLE, POINTER, UINT, POINTER,
            POINTER);

    private ClSvm() {}

    /** Returns whether the library has all functions of shared virtual memory, those of {@link ClKernel} too. */
    public static boolean isPresent() {
        return ALLOC.isPresent() && FREE.isPresent() && COPY.isPresent() && FILL.isPresent() && MAP.isPresent()
                && UNMAP.isPresent() && ClKernel.hasSetSvmPointer();
    }

    /**
     * Allocates memory, which lives until it is freed.
     *
     * @param alignment a power of two, or 0 for that of OpenCL's largest type
     * @throws OpenClException {@code CL_MEM_OBJECT_ALLOCATION_FAILURE}; OpenCL itself gives no status here
     */
    @SuppressWarnings("restricted") // the size is the one that was asked for
    public static MemorySegment alloc(long context, long flags, long bytes, int alignment) {
        try {
            long address = (long) ALLOC.handle().invokeExact(context, flags, bytes, alignment);
            ALLOC.check(address != 0 ? ClStatus.CL_SUCCESS : ClStatus.CL_MEM_OBJECT_ALLOCATION_FAILURE);
            return MemorySegment.ofAddress(address).reinterpret(bytes);
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Frees memory at once, even if a command uses it. */
    public static void free(long context, MemorySegment memory) {
        try {
            FREE.handle().invokeExact(context, memory);
        } catch (Throwable t) {
            throw ClFunction.unchecked(t);
        }
    }

    /** Copies as many bytes as both segments have, of which one or both are shared. */
    public static void enqueueCopy(long queue, boolean blocking, MemorySegment target, MemorySegment source,
            MemorySegment waitList, MemorySegment event) {
        if (target.byteSize() != source.byteSize()) {
            throw new IllegalArgumentException("a copy was given " + source.byteSize() + " bytes to read and "
                    + target.byteSize() + " to write: give segments of one size");
        }
        COPY.run(() -> (int) COPY.handle().invokeExact(queue, blocking ? 1 : 0, target, source, source.byteSize(),
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Fills a segment with a pattern of 1 to 128 bytes, a power of two, which OpenCL copies at once. */
    public static void enqueueFill(long queue, MemorySegment target, MemorySegment pattern, MemorySegment waitList,
            MemorySegment event) {
        FILL.run(() -> (int) FILL.handle().invokeExact(queue, target, pattern, pattern.byteSize(), target.byteSize(),
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Lets the host at a segment of coarse grain: once the command is complete, and until it is unmapped. */
    public static void enqueueMap(long queue, boolean blocking, long flags, MemorySegment memory,
            MemorySegment waitList, MemorySegment event) {
        MAP.run(() -> (int) MAP.handle().invokeExact(queue, blocking ? 1 : 0, flags, memory, memory.byteSize(),
                ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }

    /** Takes a segment of coarse grain back from the host. */
    public static void enqueueUnmap(long queue, MemorySegment memory, MemorySegment waitList, MemorySegment event) {
        UNMAP.run(() -> (int) UNMAP.handle()
                .invokeExact(queue, memory, ClEvent.count(waitList), waitList, ClEvent.slot(event)));
    }
}
