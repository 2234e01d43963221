package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.CTypes.BYTE;
import static dev.kernelwright.backend.cuda.ffi.CTypes.HANDLE;
import static dev.kernelwright.backend.cuda.ffi.CTypes.INT;
import static dev.kernelwright.backend.cuda.ffi.CTypes.LONG;
import static dev.kernelwright.backend.cuda.ffi.CTypes.POINTER;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/**
 * The functions of the CUDA driver that are bound, each below its prototype in {@code cuda.h} and with the version of
 * CUDA in which that prototype came to be: a driver holds several of one name and is asked for the one of that version.
 */
@SuppressWarnings("ImmutableEnumChecker") // a function descriptor is immutable, which Error Prone cannot know
enum DriverFunction implements NativeFunction {
    // CUresult cuInit(unsigned int Flags)
    INIT("cuInit", 2000, INT),
    // CUresult cuDriverGetVersion(int *driverVersion)
    DRIVER_GET_VERSION("cuDriverGetVersion", 2020, true, POINTER),
    // CUresult cuGetProcAddress_v2(const char *symbol, void **pfn, int cudaVersion, cuuint64_t flags,
    //         CUdriverProcAddressQueryResult *symbolStatus)
    GET_PROC_ADDRESS("cuGetProcAddress_v2", 12000, POINTER, POINTER, INT, LONG, POINTER),
    // CUresult cuGetErrorName(CUresult error, const char **pStr)
    GET_ERROR_NAME("cuGetErrorName", 6000, true, INT, POINTER),
    // CUresult cuGetErrorString(CUresult error, const char **pStr)
    GET_ERROR_STRING("cuGetErrorString", 6000, true, INT, POINTER),

    // CUresult cuDeviceGetCount(int *count)
    DEVICE_GET_COUNT("cuDeviceGetCount", 2000, POINTER),
    // CUresult cuDeviceGet(CUdevice *device, int ordinal)
    DEVICE_GET("cuDeviceGet", 2000, POINTER, INT),
    // CUresult cuDeviceGetName(char *name, int len, CUdevice dev)
    DEVICE_GET_NAME("cuDeviceGetName", 2000, POINTER, INT, INT),
    // CUresult cuDeviceGetAttribute(int *pi, CUdevice_attribute attrib, CUdevice dev)
    DEVICE_GET_ATTRIBUTE("cuDeviceGetAttribute", 2000, POINTER, INT, INT),
    // CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice dev)
    DEVICE_TOTAL_MEM("cuDeviceTotalMem_v2", 3020, POINTER, INT),
    // CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice dev)
    DEVICE_GET_UUID("cuDeviceGetUuid_v2", 11040, POINTER, INT),
    // CUresult cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev)
    DEVICE_PRIMARY_CTX_RETAIN("cuDevicePrimaryCtxRetain", 7000, POINTER, INT),
    // CUresult cuDevicePrimaryCtxRelease_v2(CUdevice dev)
    DEVICE_PRIMARY_CTX_RELEASE("cuDevicePrimaryCtxRelease_v2", 11000, INT),
    // CUresult cuCtxSetCurrent(CUcontext ctx)
    CTX_SET_CURRENT("cuCtxSetCurrent", 4000, HANDLE),
    // CUresult cuCtxGetCurrent(CUcontext *pctx)
    CTX_GET_CURRENT("cuCtxGetCurrent", 4000, true, POINTER),
    // CUresult cuCtxSynchronize(void)
    CTX_SYNCHRONIZE("cuCtxSynchronize", 2000),

    // CUresult cuStreamCreate(CUstream *phStream, unsigned int Flags)
    STREAM_CREATE("cuStreamCreate", 2000, POINTER, INT),
    // CUresult cuStreamDestroy_v2(CUstream hStream)
    STREAM_DESTROY("cuStreamDestroy_v2", 4000, HANDLE),
    // CUresult cuStreamSynchronize(CUstream hStream)
    STREAM_SYNCHRONIZE("cuStreamSynchronize", 2000, HANDLE),
    // CUresult cuStreamQuery(CUstream hStream)
    STREAM_QUERY("cuStreamQuery", 2000, HANDLE),
    // CUresult cuStreamWaitEvent(CUstream hStream, CUevent hEvent, unsigned int Flags)
    STREAM_WAIT_EVENT("cuStreamWaitEvent", 3020, HANDLE, HANDLE, INT),
    // CUresult cuEventCreate(CUevent *phEvent, unsigned int Flags)
    EVENT_CREATE("cuEventCreate", 2000, POINTER, INT),
    // CUresult cuEventRecord(CUevent hEvent, CUstream hStream)
    EVENT_RECORD("cuEventRecord", 2000, HANDLE, HANDLE),
    // CUresult cuEventSynchronize(CUevent hEvent)
    EVENT_SYNCHRONIZE("cuEventSynchronize", 2000, HANDLE),
    // CUresult cuEventQuery(CUevent hEvent)
    EVENT_QUERY("cuEventQuery", 2000, HANDLE),
    // CUresult cuEventElapsedTime(float *pMilliseconds, CUevent hStart, CUevent hEnd)
    // (The header of CUDA 13 maps the plain name to _v2: the same prototype, but only in drivers of 12.8 and newer.)
    EVENT_ELAPSED_TIME("cuEventElapsedTime", 2000, POINTER, HANDLE, HANDLE),
    // CUresult cuEventDestroy_v2(CUevent hEvent)
    EVENT_DESTROY("cuEventDestroy_v2", 4000, HANDLE),

    // CUresult cuMemAlloc_v2(CUdeviceptr *dptr, size_t bytesize)
    MEM_ALLOC("cuMemAlloc_v2", 3020, POINTER, LONG),
    // CUresult cuMemFree_v2(CUdeviceptr dptr)
    MEM_FREE("cuMemFree_v2", 3020, LONG),
    // CUresult cuMemAllocAsync(CUdeviceptr *dptr, size_t bytesize, CUstream hStream)
    MEM_ALLOC_ASYNC("cuMemAllocAsync", 11020, POINTER, LONG, HANDLE),
    // CUresult cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream)
    MEM_FREE_ASYNC("cuMemFreeAsync", 11020, LONG, HANDLE),
    // CUresult cuMemHostAlloc(void **pp, size_t bytesize, unsigned int Flags)
    MEM_HOST_ALLOC("cuMemHostAlloc", 2020, POINTER, LONG, INT),
    // CUresult cuMemFreeHost(void *p)
    MEM_FREE_HOST("cuMemFreeHost", 2000, POINTER),
    // CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr dstDevice, const void *srcHost, size_t ByteCount, CUstream
    //         hStream)
    MEMCPY_HTOD_ASYNC("cuMemcpyHtoDAsync_v2", 3020, LONG, POINTER, LONG, HANDLE),
    // CUresult cuMemcpyDtoHAsync_v2(void *dstHost, CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream)
    MEMCPY_DTOH_ASYNC("cuMemcpyDtoHAsync_v2", 3020, POINTER, LONG, LONG, HANDLE),
    // CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice, size_t ByteCount, CUstream
    //         hStream)
    MEMCPY_DTOD_ASYNC("cuMemcpyDtoDAsync_v2", 3020, LONG, LONG, LONG, HANDLE),
    // CUresult cuMemsetD8Async(CUdeviceptr dstDevice, unsigned char uc, size_t N, CUstream hStream)
    MEMSET_D8_ASYNC("cuMemsetD8Async", 3020, LONG, BYTE, LONG, HANDLE),
    // CUresult cuMemsetD32Async(CUdeviceptr dstDevice, unsigned int ui, size_t N, CUstream hStream)
    MEMSET_D32_ASYNC("cuMemsetD32Async", 3020, LONG, INT, LONG, HANDLE),
    // CUresult cuMemGetInfo_v2(size_t *free, size_t *total)
    MEM_GET_INFO("cuMemGetInfo_v2", 3020, POINTER, POINTER),

    // CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int numOptions, CUjit_option
    //         *options, void **optionValues)
    MODULE_LOAD_DATA_EX("cuModuleLoadDataEx", 2010, POINTER, POINTER, INT, POINTER, POINTER),
    // CUresult cuModuleUnload(CUmodule hmod)
    MODULE_UNLOAD("cuModuleUnload", 2000, HANDLE),
    // CUresult cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod, const char *name)
    MODULE_GET_FUNCTION("cuModuleGetFunction", 2000, POINTER, HANDLE, POINTER),
    // CUresult cuFuncGetAttribute(int *pi, CUfunction_attribute attrib, CUfunction hfunc)
    FUNC_GET_ATTRIBUTE("cuFuncGetAttribute", 2020, POINTER, INT, HANDLE),
    // CUresult cuFuncSetAttribute(CUfunction hfunc, CUfunction_attribute attrib, int value)
    FUNC_SET_ATTRIBUTE("cuFuncSetAttribute", 9000, HANDLE, INT, INT),
    // CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *numBlocks, CUfunction func, int blockSize, size_t
    //         dynamicSMemSize)
    OCCUPANCY_MAX_ACTIVE_BLOCKS("cuOccupancyMaxActiveBlocksPerMultiprocessor", 6050, POINTER, HANDLE, INT, LONG),

    // CUresult cuLaunchKernel(CUfunction f, unsigned int gridDimX, unsigned int gridDimY, unsigned int gridDimZ,
    //         unsigned int blockDimX, unsigned int blockDimY, unsigned int blockDimZ, unsigned int sharedMemBytes,
    //         CUstream hStream, void **kernelParams, void **extra)
    LAUNCH_KERNEL("cuLaunchKernel", 4000, HANDLE, INT, INT, INT, INT, INT, INT, INT, HANDLE, POINTER, POINTER),
    // CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f, void **kernelParams, void **extra)
    LAUNCH_KERNEL_EX("cuLaunchKernelEx", 11060, POINTER, HANDLE, POINTER, POINTER),
    // CUresult cuTensorMapEncodeTiled(CUtensorMap *tensorMap, CUtensorMapDataType tensorDataType, cuuint32_t
    //         tensorRank, void *globalAddress, const cuuint64_t *globalDim, const cuuint64_t *globalStrides, const
    //         cuuint32_t *boxDim, const cuuint32_t *elementStrides, CUtensorMapInterleave interleave, CUtensorMapSwizzle
    //         swizzle, CUtensorMapL2promotion l2Promotion, CUtensorMapFloatOOBfill oobFill)
    TENSOR_MAP_ENCODE_TILED("cuTensorMapEncodeTiled", 12000, POINTER, INT, INT, HANDLE, POINTER, POINTER, POINTER,
            POINTER, INT, INT, INT, INT),

    // CUresult cuStreamBeginCapture_v2(CUstream hStream, CUstreamCaptureMode mode)
    STREAM_BEGIN_CAPTURE("cuStreamBeginCapture_v2", 10010, HANDLE, INT),
    // CUresult cuStreamEndCapture(CUstream hStream, CUgraph *phGraph)
    STREAM_END_CAPTURE("cuStreamEndCapture", 10000, HANDLE, POINTER),
    // CUresult cuGraphInstantiateWithFlags(CUgraphExec *phGraphExec, CUgraph hGraph, unsigned long long flags)
    GRAPH_INSTANTIATE("cuGraphInstantiateWithFlags", 11040, POINTER, HANDLE, LONG),
    // CUresult cuGraphLaunch(CUgraphExec hGraphExec, CUstream hStream)
    GRAPH_LAUNCH("cuGraphLaunch", 10000, HANDLE, HANDLE),
    // CUresult cuGraphExecDestroy(CUgraphExec hGraphExec)
    GRAPH_EXEC_DESTROY("cuGraphExecDestroy", 10000, HANDLE),
    // CUresult cuGraphDestroy(CUgraph hGraph)
    GRAPH_DESTROY("cuGraphDestroy", 10000, HANDLE);

    private final String symbol;
    private final int cudaVersion;
    private final boolean critical;
    private final FunctionDescriptor descriptor;

    DriverFunction(String symbol, int cudaVersion, MemoryLayout... parameters) {
        this(symbol, cudaVersion, false, parameters);
    }

    DriverFunction(String symbol, int cudaVersion, boolean critical, MemoryLayout... parameters) {
        this.symbol = symbol;
        this.cudaVersion = cudaVersion;
        this.critical = critical;
        this.descriptor = FunctionDescriptor.of(INT, parameters);
    }

    @Override
    public String symbol() {
        return symbol;
    }

    /** Returns the name without its version, by which {@code cuGetProcAddress} knows it. */
    String plainName() {
        int version = symbol.indexOf("_v");
        return version < 0 ? symbol : symbol.substring(0, version);
    }

    /** Returns the version of CUDA that brought it, as CUDA writes versions: 12080 is 12.8. */
    int cudaVersion() {
        return cudaVersion;
    }

    @Override
    public FunctionDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public boolean critical() {
        return critical;
    }
}
