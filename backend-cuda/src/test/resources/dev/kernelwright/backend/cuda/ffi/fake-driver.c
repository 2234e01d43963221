// A CUDA driver without a device: every function notes how it was called, and succeeds unless it is told not to.
// Compiled against cuda.h, so that the C compiler holds the prototypes. FAKE_VERSION and FAKE_INIT are given to it.
#define _GNU_SOURCE
#include <cuda.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static char last[512];
static char calls[1 << 16];
static char faulty[64];
static int status;
static int function_attribute = 8;

EXPORT const char *fake_last_call(void) { return last; }
EXPORT const char *fake_calls(void) { return calls; }
EXPORT void fake_forget_calls(void) { calls[0] = 0; }
EXPORT void fake_set_function_attribute(int value) { function_attribute = value; }
/** What the functions answer from now on whose notes begin so. */
EXPORT void fake_set_status(int next, const char *beginning) {
    status = next;
    snprintf(faulty, sizeof faulty, "%s", beginning);
}

/** Several threads may call at a time: each call is noted whole or not at all. */
static CUresult noted(const char *note) {
    static int busy;
    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) { }
    snprintf(last, sizeof last, "%s", note);
    size_t length = strlen(calls);
    if (length + strlen(note) + 2 < sizeof calls) sprintf(calls + length, "%s\n", note);
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    return strncmp(note, faulty, strlen(faulty)) ? CUDA_SUCCESS : (CUresult) status;
}

#define NOTED(...) do { char note[512]; snprintf(note, sizeof note, __VA_ARGS__); return noted(note); } while (0)
#define P(x) ((unsigned long long) (x))
#define OUT(pointer, value) *(pointer) = (__typeof__(*(pointer))) (value)

EXPORT CUresult cuInit(unsigned flags) { snprintf(last, sizeof last, "cuInit %u", flags); return FAKE_INIT; }
EXPORT CUresult cuDriverGetVersion(int *version) { *version = FAKE_VERSION; return CUDA_SUCCESS; }
EXPORT CUresult cuGetErrorName(CUresult e, const char **s) { *s = e == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_OTHER"; return CUDA_SUCCESS; }
EXPORT CUresult cuGetErrorString(CUresult e, const char **s) { *s = e == 2 ? "out of memory" : "another fault"; return CUDA_SUCCESS; }

EXPORT CUresult cuGetProcAddress(const char *symbol, void **pfn, int version, cuuint64_t flags,
        CUdriverProcAddressQueryResult *found) {
    Dl_info self;
    char name[128];
    dladdr((void *) fake_last_call, &self);
    void *library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    snprintf(name, sizeof name, "%s_v2", symbol);
    *pfn = dlsym(library, name);
    if (!*pfn || (!strcmp(symbol, "cuEventElapsedTime") && version < 12080)) *pfn = dlsym(library, symbol);
    dlclose(library);
    return flags == CU_GET_PROC_ADDRESS_LEGACY_STREAM && !found ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

EXPORT CUresult cuDeviceGetCount(int *n) { OUT(n, 3); NOTED("cuDeviceGetCount"); }
EXPORT CUresult cuDeviceGet(CUdevice *d, int i) { OUT(d, i + 10); NOTED("cuDeviceGet %d", i); }
EXPORT CUresult cuDeviceGetName(char *name, int length, CUdevice d) { snprintf(name, length, "Fake %d", d); NOTED("cuDeviceGetName %d %d", length, d); }
EXPORT CUresult cuDeviceGetAttribute(int *v, CUdevice_attribute a, CUdevice d) { OUT(v, 7); NOTED("cuDeviceGetAttribute %d %d", a, d); }
EXPORT CUresult cuDeviceTotalMem(size_t *n, CUdevice d) { OUT(n, 1ll << 37); NOTED("cuDeviceTotalMem_v2 %d", d); }
EXPORT CUresult cuDeviceGetUuid(CUuuid *id, CUdevice d) { for (int i = 0; i < 16; i++) id->bytes[i] = i; NOTED("cuDeviceGetUuid_v2 %d", d); }
EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext *c, CUdevice d) { OUT(c, 0x7000000000c0); NOTED("cuDevicePrimaryCtxRetain %d", d); }
EXPORT CUresult cuDevicePrimaryCtxRelease(CUdevice d) { NOTED("cuDevicePrimaryCtxRelease_v2 %d", d); }
EXPORT CUresult cuCtxSetCurrent(CUcontext c) { NOTED("cuCtxSetCurrent %llx", P(c)); }
EXPORT CUresult cuCtxGetCurrent(CUcontext *c) { OUT(c, 0x7000000000c0); NOTED("cuCtxGetCurrent"); }
EXPORT CUresult cuCtxSynchronize(void) { NOTED("cuCtxSynchronize"); }

EXPORT CUresult cuStreamCreate(CUstream *s, unsigned f) { OUT(s, 0x7000000000a0); NOTED("cuStreamCreate %u", f); }
EXPORT CUresult cuStreamDestroy(CUstream s) { NOTED("cuStreamDestroy_v2 %llx", P(s)); }
EXPORT CUresult cuStreamSynchronize(CUstream s) { NOTED("cuStreamSynchronize %llx", P(s)); }
EXPORT CUresult cuStreamQuery(CUstream s) { NOTED("cuStreamQuery %llx", P(s)); }
EXPORT CUresult cuStreamWaitEvent(CUstream s, CUevent e, unsigned f) { NOTED("cuStreamWaitEvent %llx %llx %u", P(s), P(e), f); }
EXPORT CUresult cuEventCreate(CUevent *e, unsigned f) { OUT(e, 0x7000000000e0); NOTED("cuEventCreate %u", f); }
EXPORT CUresult cuEventRecord(CUevent e, CUstream s) { NOTED("cuEventRecord %llx %llx", P(e), P(s)); }
EXPORT CUresult cuEventSynchronize(CUevent e) { NOTED("cuEventSynchronize %llx", P(e)); }
EXPORT CUresult cuEventQuery(CUevent e) { NOTED("cuEventQuery %llx", P(e)); }
EXPORT CUresult cuEventDestroy(CUevent e) { NOTED("cuEventDestroy_v2 %llx", P(e)); }
EXPORT CUresult cuEventElapsedTime(float *ms, CUevent a, CUevent b) { OUT(ms, -1); NOTED("cuEventElapsedTime_v2 %llx %llx", P(a), P(b)); }
#undef cuEventElapsedTime
EXPORT CUresult cuEventElapsedTime(float *ms, CUevent a, CUevent b) { OUT(ms, 1.5f); NOTED("cuEventElapsedTime %llx %llx", P(a), P(b)); }

EXPORT CUresult cuMemGetInfo(size_t *f, size_t *t) { OUT(f, 1ll << 36); OUT(t, 1ll << 37); NOTED("cuMemGetInfo_v2"); }
EXPORT CUresult cuMemAlloc(CUdeviceptr *p, size_t n) { OUT(p, 0x7f0000000000); NOTED("cuMemAlloc_v2 %zu", n); }
EXPORT CUresult cuMemFree(CUdeviceptr p) { NOTED("cuMemFree_v2 %llx", P(p)); }
EXPORT CUresult cuMemAllocAsync(CUdeviceptr *p, size_t n, CUstream s) { OUT(p, 0x7f0000000000); NOTED("cuMemAllocAsync %zu %llx", n, P(s)); }
EXPORT CUresult cuMemFreeAsync(CUdeviceptr p, CUstream s) { NOTED("cuMemFreeAsync %llx %llx", P(p), P(s)); }
static char pinned[64];
EXPORT CUresult cuMemHostAlloc(void **p, size_t n, unsigned f) { OUT(p, pinned); NOTED("cuMemHostAlloc %zu %u", n, f); }
EXPORT CUresult cuMemFreeHost(void *p) { NOTED("cuMemFreeHost %d", p == pinned); }
EXPORT CUresult cuMemcpyHtoDAsync(CUdeviceptr d, const void *h, size_t n, CUstream s) { NOTED("cuMemcpyHtoDAsync_v2 %llx %d %zu %llx", P(d), *(const char *) h, n, P(s)); }
EXPORT CUresult cuMemcpyDtoHAsync(void *h, CUdeviceptr d, size_t n, CUstream s) { memset(h, 9, n); NOTED("cuMemcpyDtoHAsync_v2 %llx %zu %llx", P(d), n, P(s)); }
EXPORT CUresult cuMemcpyDtoDAsync(CUdeviceptr d, CUdeviceptr f, size_t n, CUstream s) { NOTED("cuMemcpyDtoDAsync_v2 %llx %llx %zu %llx", P(d), P(f), n, P(s)); }
EXPORT CUresult cuMemsetD8Async(CUdeviceptr d, unsigned char v, size_t n, CUstream s) { NOTED("cuMemsetD8Async %llx %u %zu %llx", P(d), v, n, P(s)); }
EXPORT CUresult cuMemsetD32Async(CUdeviceptr d, unsigned v, size_t n, CUstream s) { NOTED("cuMemsetD32Async %llx %x %zu %llx", P(d), v, n, P(s)); }

EXPORT CUresult cuModuleLoadDataEx(CUmodule *m, const void *image, unsigned n, CUjit_option *o, void **v) {
    OUT(m, 0x7000000000d0);
    if (n == 2 && o[0] == CU_JIT_ERROR_LOG_BUFFER && o[1] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES && status)
        snprintf(v[0], P(v[1]), "the log");
    NOTED("cuModuleLoadDataEx %s", (const char *) image);
}
EXPORT CUresult cuModuleUnload(CUmodule m) { NOTED("cuModuleUnload %llx", P(m)); }
EXPORT CUresult cuModuleGetFunction(CUfunction *f, CUmodule m, const char *name) { OUT(f, 0x7000000000f0); NOTED("cuModuleGetFunction %llx %s", P(m), name); }
EXPORT CUresult cuFuncGetAttribute(int *v, CUfunction_attribute a, CUfunction f) { OUT(v, function_attribute); NOTED("cuFuncGetAttribute %d %llx", a, P(f)); }
EXPORT CUresult cuFuncSetAttribute(CUfunction f, CUfunction_attribute a, int v) { NOTED("cuFuncSetAttribute %llx %d %d", P(f), a, v); }
EXPORT CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, CUfunction f, int b, size_t s) { OUT(n, 4); NOTED("cuOccupancyMaxActiveBlocksPerMultiprocessor %llx %d %zu", P(f), b, s); }

EXPORT CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
        unsigned shared, CUstream s, void **p, void **extra) {
    NOTED("cuLaunchKernel %llx %u %u %u %u %u %u %u %llx %llx %d %.1f %d", P(f), gx, gy, gz, bx, by, bz, shared, P(s),
            *(unsigned long long *) p[0], *(int *) p[1], *(float *) p[2], extra == 0);
}
EXPORT CUresult cuLaunchKernelEx(const CUlaunchConfig *c, CUfunction f, void **p, void **extra) {
    char attributes[128] = "";
    for (unsigned i = 0; i < c->numAttrs; i++) {
        const CUlaunchAttribute *a = c->attrs + i;
        char *end = attributes + strlen(attributes);
        if (a->id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION)
            sprintf(end, " cluster %u %u %u", a->value.clusterDim.x, a->value.clusterDim.y, a->value.clusterDim.z);
        else if (a->id == CU_LAUNCH_ATTRIBUTE_COOPERATIVE) sprintf(end, " cooperative %d", a->value.cooperative);
        else if (a->id == CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION)
            sprintf(end, " overlapping %d", a->value.programmaticStreamSerializationAllowed);
        else sprintf(end, " unknown %d", a->id);
    }
    NOTED("cuLaunchKernelEx %llx %u %u %u %u %u %u %u %llx%s %llx %d", P(f), c->gridDimX, c->gridDimY, c->gridDimZ, c->blockDimX,
            c->blockDimY, c->blockDimZ, c->sharedMemBytes, P(c->hStream), attributes, *(unsigned long long *) p[0],
            extra == 0);
}
EXPORT CUresult cuTensorMapEncodeTiled(CUtensorMap *m, CUtensorMapDataType t, cuuint32_t rank, void *p, const cuuint64_t *sizes,
        const cuuint64_t *strides, const cuuint32_t *box, const cuuint32_t *steps, CUtensorMapInterleave i, CUtensorMapSwizzle w,
        CUtensorMapL2promotion l, CUtensorMapFloatOOBfill o) {
    m->opaque[15] = 42;
    NOTED("cuTensorMapEncodeTiled %d %u %llx %llu %llu %llu %u %u %u %u %d %d %d %d %d", t, rank, P(p), P(sizes[0]), P(sizes[1]),
            P(strides[0]), box[0], box[1], steps[0], steps[1], i, w, l, o, (int) (P(m) % 128));
}

EXPORT CUresult cuStreamBeginCapture(CUstream s, CUstreamCaptureMode m) { NOTED("cuStreamBeginCapture_v2 %llx %d", P(s), m); }
EXPORT CUresult cuStreamEndCapture(CUstream s, CUgraph *g) { OUT(g, 0x700000000060); NOTED("cuStreamEndCapture %llx", P(s)); }
EXPORT CUresult cuGraphInstantiate(CUgraphExec *x, CUgraph g, unsigned long long f) { OUT(x, 0x700000000070); NOTED("cuGraphInstantiateWithFlags %llx %llu", P(g), f); }
EXPORT CUresult cuGraphLaunch(CUgraphExec x, CUstream s) { NOTED("cuGraphLaunch %llx %llx", P(x), P(s)); }
EXPORT CUresult cuGraphExecDestroy(CUgraphExec x) { NOTED("cuGraphExecDestroy %llx", P(x)); }
EXPORT CUresult cuGraphDestroy(CUgraph g) { NOTED("cuGraphDestroy %llx", P(g)); }
