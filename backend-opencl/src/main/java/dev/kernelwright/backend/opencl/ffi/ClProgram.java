package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.INT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Programs: sources or binaries, built for devices. */
public final class ClProgram {
    public static final int CL_PROGRAM_NUM_DEVICES = 0x1162;
    public static final int CL_PROGRAM_BINARY_SIZES = 0x1165;
    public static final int CL_PROGRAM_KERNEL_NAMES = 0x1168;
    static final int CL_PROGRAM_BINARIES = 0x1166;
    static final int CL_PROGRAM_BUILD_LOG = 0x1183;

    // cl_program clCreateProgramWithSource(cl_context context, cl_uint count, const char ** strings,
    // const size_t * lengths, cl_int * errcode_ret)
    private static final ClFunction CREATE_WITH_SOURCE = ClFunction.pointer("clCreateProgramWithSource", HANDLE, UINT,
            POINTER, POINTER, POINTER);

    // cl_program clCreateProgramWithBinary(cl_context context, cl_uint num_devices, const cl_device_id * device_list,
    // const size_t * lengths, const unsigned char ** binaries, cl_int * binary_status, cl_int * errcode_ret)
    private static final ClFunction CREATE_WITH_BINARY = ClFunction.pointer("clCreateProgramWithBinary", HANDLE, UINT,
            POINTER, POINTER, POINTER, POINTER, POINTER);

    // cl_int clBuildProgram(cl_program program, cl_uint num_devices, const cl_device_id * device_list,
    // const char * options, void (CL_CALLBACK * pfn_notify)(cl_program program, void * user_data), void * user_data)
    private static final ClFunction BUILD = ClFunction.status("clBuildProgram", HANDLE, UINT, POINTER, POINTER,
            POINTER, POINTER);

    // cl_int clGetProgramBuildInfo(cl_program program, cl_device_id device, cl_program_build_info param_name,
    // size_t param_value_size, void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_BUILD_INFO = ClFunction.status("clGetProgramBuildInfo", HANDLE, HANDLE, UINT,
            SIZE, POINTER, POINTER);

    // cl_int clGetProgramInfo(cl_program program, cl_program_info param_name, size_t param_value_size,
    // void * param_value, size_t * param_value_size_ret)
    private static final ClFunction GET_INFO = ClFunction.status("clGetProgramInfo", HANDLE, UINT, SIZE, POINTER,
            POINTER);

    // cl_int clReleaseProgram(cl_program program)
    private static final ClFunction RELEASE = ClFunction.status("clReleaseProgram", HANDLE);

    private ClProgram() {}

    /** Creates a program of a source in OpenCL C, yet to be built. */
    public static long createWithSource(long context, String source) {
        return CREATE_WITH_SOURCE.create((arena, status) -> {
            byte[] bytes = source.getBytes(UTF_8);
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            return (long) CREATE_WITH_SOURCE.handle().invokeExact(context, 1, arena.allocateFrom(POINTER, text),
                    arena.allocateFrom(SIZE, bytes.length), status);
        });
    }

    /** Creates a program of a binary that {@link #binary} returned on the same device, yet to be built. */
    public static long createWithBinary(long context, long device, byte[] binary) {
        return CREATE_WITH_BINARY.create((arena, status) -> {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, binary);
            // What the device has to say on the binary; the call's own status repeats it.
            MemorySegment binaryStatus = arena.allocate(INT);
            return (long) CREATE_WITH_BINARY.handle().invokeExact(context, 1, arena.allocateFrom(HANDLE, device),
                    arena.allocateFrom(SIZE, binary.length), arena.allocateFrom(POINTER, bytes), binaryStatus, status);
        });
    }

    /**
     * Builds a program for a device and waits for it.
     *
     * @param options the compiler's, separated by spaces
     * @throws OpenClBuildException with the compiler's log
     */
    public static void build(long program, long device, String options) {
        try {
            BUILD.runIn(arena -> (int) BUILD.handle().invokeExact(program, 1, arena.allocateFrom(HANDLE, device),
                    arena.allocateFrom(options), MemorySegment.NULL, MemorySegment.NULL));
        } catch (OpenClException e) {
            if (e.code() == ClStatus.CL_BUILD_PROGRAM_FAILURE || e.code() == ClStatus.CL_INVALID_BUILD_OPTIONS) {
                throw new OpenClBuildException(e.function(), e.code(), buildLog(program, device));
            }
            throw e;
        } finally {
            ClLoader.shared().handlers().restore();
        }
    }

    /** Returns the compiler's whole log of the last build, where warnings are too; empty if it had nothing to say. */
    public static String buildLog(long program, long device) {
        return GET_BUILD_INFO.info((size, value, sizeReturned) -> (int) GET_BUILD_INFO.handle()
                .invokeExact(program, device, CL_PROGRAM_BUILD_LOG, size, value, sizeReturned)).text();
    }

    /** Returns a property, by one of the constants. */
    public static ClInfo info(long program, int parameter) {
        return GET_INFO.info((size, value, sizeReturned) -> (int) GET_INFO.handle()
                .invokeExact(program, parameter, size, value, sizeReturned));
    }

    /**
     * Returns the binary of a program that was built for one device.
     *
     * @throws IllegalStateException if it has another number of devices, or none of them a binary
     */
    public static byte[] binary(long program) {
        long[] sizes = info(program, CL_PROGRAM_BINARY_SIZES).numbers();
        if (sizes.length != 1 || sizes[0] == 0) {
            throw new IllegalStateException("a binary was asked for of a program with " + sizes.length
                    + " devices: ask once it is built, and for one device");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(sizes[0]);
            MemorySegment binaries = arena.allocateFrom(POINTER, bytes);
            GET_INFO.run(() -> (int) GET_INFO.handle()
                    .invokeExact(program, CL_PROGRAM_BINARIES, POINTER.byteSize(), binaries, MemorySegment.NULL));
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Gives a program back when its kernels have been. */
    public static void release(long program) {
        RELEASE.run(() -> (int) RELEASE.handle().invokeExact(program));
    }
}
