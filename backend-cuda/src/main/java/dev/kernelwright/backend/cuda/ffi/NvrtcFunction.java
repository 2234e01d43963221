package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.CTypes.HANDLE;
import static dev.kernelwright.backend.cuda.ffi.CTypes.INT;
import static dev.kernelwright.backend.cuda.ffi.CTypes.POINTER;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/** The functions of NVRTC that are bound, each below its prototype in {@code nvrtc.h}. */
@SuppressWarnings("ImmutableEnumChecker") // a function descriptor is immutable, which Error Prone cannot know
enum NvrtcFunction implements NativeFunction {
    // const char *nvrtcGetErrorString(nvrtcResult result)
    GET_ERROR_STRING("nvrtcGetErrorString", FunctionDescriptor.of(HANDLE, INT)),
    // nvrtcResult nvrtcVersion(int *major, int *minor)
    VERSION("nvrtcVersion", POINTER, POINTER),
    // nvrtcResult nvrtcCreateProgram(nvrtcProgram *prog, const char *src, const char *name, int numHeaders,
    //         const char *const *headers, const char *const *includeNames)
    CREATE_PROGRAM("nvrtcCreateProgram", POINTER, POINTER, POINTER, INT, POINTER, POINTER),
    // nvrtcResult nvrtcDestroyProgram(nvrtcProgram *prog)
    DESTROY_PROGRAM("nvrtcDestroyProgram", POINTER),
    // nvrtcResult nvrtcCompileProgram(nvrtcProgram prog, int numOptions, const char *const *options)
    COMPILE_PROGRAM("nvrtcCompileProgram", HANDLE, INT, POINTER),
    // nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram prog, size_t *logSizeRet)
    GET_PROGRAM_LOG_SIZE("nvrtcGetProgramLogSize", HANDLE, POINTER),
    // nvrtcResult nvrtcGetProgramLog(nvrtcProgram prog, char *log)
    GET_PROGRAM_LOG("nvrtcGetProgramLog", HANDLE, POINTER),
    // nvrtcResult nvrtcGetCUBINSize(nvrtcProgram prog, size_t *cubinSizeRet)
    GET_CUBIN_SIZE("nvrtcGetCUBINSize", HANDLE, POINTER),
    // nvrtcResult nvrtcGetCUBIN(nvrtcProgram prog, char *cubin)
    GET_CUBIN("nvrtcGetCUBIN", HANDLE, POINTER),
    // nvrtcResult nvrtcGetPTXSize(nvrtcProgram prog, size_t *ptxSizeRet)
    GET_PTX_SIZE("nvrtcGetPTXSize", HANDLE, POINTER),
    // nvrtcResult nvrtcGetPTX(nvrtcProgram prog, char *ptx)
    GET_PTX("nvrtcGetPTX", HANDLE, POINTER);

    private final String symbol;
    private final FunctionDescriptor descriptor;

    NvrtcFunction(String symbol, MemoryLayout... parameters) {
        this(symbol, FunctionDescriptor.of(INT, parameters));
    }

    NvrtcFunction(String symbol, FunctionDescriptor descriptor) {
        this.symbol = symbol;
        this.descriptor = descriptor;
    }

    @Override
    public String symbol() {
        return symbol;
    }

    @Override
    public FunctionDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public boolean critical() {
        return false;
    }
}
