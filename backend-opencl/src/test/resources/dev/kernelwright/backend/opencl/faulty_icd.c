/*
 * An OpenCL driver with one device that does no more than a test needs, and has the fault that the environment's
 * FAULTY_ICD names: no-device, unavailable, no-svm, no-memory, endless-name, many-devices, lost.
 */
#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl_icd.h>
#include <CL/cl.h>
#include <CL/cl_ext.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static cl_icd_dispatch dispatch;
/* Whatever the application holds begins with the dispatch table. */
struct object {
    cl_icd_dispatch *table;
};
static struct object platform = {&dispatch}, device = {&dispatch}, context = {&dispatch}, queue = {&dispatch};
static int lost;

static int has(const char *fault) {
    const char *wanted = getenv("FAULTY_ICD");
    return wanted && !strcmp(wanted, fault);
}

static cl_int give(const void *value, size_t bytes, size_t room, void *target, size_t *size) {
    if (size) {
        *size = bytes;
    }
    if (target) {
        if (room < bytes) {
            return CL_INVALID_VALUE;
        }
        memcpy(target, value, bytes);
    }
    return CL_SUCCESS;
}

static cl_int give_text(const char *text, size_t room, void *target, size_t *size) {
    return give(text, strlen(text) + 1, room, target, size);
}

static cl_int give_number(uint64_t number, size_t bytes, size_t room, void *target, size_t *size) {
    return give(&number, bytes, room, target, size);
}

static cl_int CL_API_CALL platform_ids(cl_uint room, cl_platform_id *platforms, cl_uint *count) {
    if (count) {
        *count = 1;
    }
    if (platforms && room) {
        platforms[0] = (cl_platform_id) &platform;
    }
    return CL_SUCCESS;
}

static cl_int CL_API_CALL platform_info(cl_platform_id p, cl_platform_info what, size_t room, void *target,
        size_t *size) {
    switch (what) {
        case CL_PLATFORM_EXTENSIONS:
            return give_text("cl_khr_icd", room, target, size);
        case CL_PLATFORM_VERSION:
            return give_text("OpenCL 3.0 faulty", room, target, size);
        case CL_PLATFORM_PROFILE:
            return give_text("FULL_PROFILE", room, target, size);
        default:
            return give_text("Faulty", room, target, size);
    }
}

static cl_int CL_API_CALL device_ids(cl_platform_id p, cl_device_type type, cl_uint room, cl_device_id *devices,
        cl_uint *count) {
    if (has("no-device")) {
        return CL_DEVICE_NOT_FOUND;
    }
    if (count) {
        *count = has("many-devices") ? 0xFFFFFFF0u : 1;
    }
    if (devices && room) {
        devices[0] = (cl_device_id) &device;
    }
    return CL_SUCCESS;
}

static cl_int CL_API_CALL device_info(cl_device_id d, cl_device_info what, size_t room, void *target, size_t *size) {
    switch (what) {
        case CL_DEVICE_AVAILABLE:
            return give_number(!has("unavailable"), sizeof(cl_bool), room, target, size);
        case CL_DEVICE_SVM_CAPABILITIES:
            return give_number(has("no-svm") ? 0 : CL_DEVICE_SVM_COARSE_GRAIN_BUFFER,
                    sizeof(cl_device_svm_capabilities), room, target, size);
        case CL_DEVICE_TYPE:
            return give_number(CL_DEVICE_TYPE_ACCELERATOR, sizeof(cl_device_type), room, target, size);
        case CL_DEVICE_MAX_COMPUTE_UNITS:
            return give_number(4, sizeof(cl_uint), room, target, size);
        case CL_DEVICE_MEM_BASE_ADDR_ALIGN:
            return give_number(1024, sizeof(cl_uint), room, target, size);
        case CL_DEVICE_MAX_WORK_GROUP_SIZE:
            return give_number(256, sizeof(size_t), room, target, size);
        case CL_DEVICE_MAX_WORK_ITEM_SIZES: {
            const size_t sizes[] = {256, 256, 256};
            return give(sizes, sizeof(sizes), room, target, size);
        }
        case CL_DEVICE_GLOBAL_MEM_SIZE:
            return give_number(has("no-memory") ? 0 : 1 << 30, sizeof(cl_ulong), room, target, size);
        case CL_DEVICE_LOCAL_MEM_SIZE:
        case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
        case CL_DEVICE_GLOBAL_MEM_CACHE_SIZE:
            return give_number(1 << 20, sizeof(cl_ulong), room, target, size);
        case CL_DEVICE_NAME:
            if (has("endless-name")) {
                *size = SIZE_MAX / 2;
                return CL_SUCCESS;
            }
            return give_text("Faulty device", room, target, size);
        default:
            return give_text("1.0", room, target, size);
    }
}

static cl_context CL_API_CALL create_context(const cl_context_properties *properties, cl_uint count,
        const cl_device_id *devices, void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *user,
        cl_int *status) {
    *status = CL_SUCCESS;
    return (cl_context) &context;
}

static cl_int CL_API_CALL release_context(cl_context c) {
    return CL_SUCCESS;
}

static cl_command_queue CL_API_CALL create_queue(cl_context c, cl_device_id d, cl_command_queue_properties properties,
        cl_int *status) {
    *status = CL_SUCCESS;
    return (cl_command_queue) &queue;
}

static cl_int CL_API_CALL release_queue(cl_command_queue q) {
    return CL_SUCCESS;
}

static void *CL_API_CALL svm_alloc(cl_context c, cl_svm_mem_flags flags, size_t size, cl_uint alignment) {
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void CL_API_CALL svm_free(cl_context c, void *pointer) {
    free(pointer);
}

static cl_int CL_API_CALL svm_fill(cl_command_queue q, void *target, const void *pattern, size_t pattern_size,
        size_t size, cl_uint waits, const cl_event *wait_list, cl_event *event) {
    memset(target, *(const char *) pattern, size);
    return CL_SUCCESS;
}

/* The device is lost with the first copy, which nobody hears of before they wait for it. */
static cl_int CL_API_CALL svm_copy(cl_command_queue q, cl_bool blocking, void *target, const void *source, size_t size,
        cl_uint waits, const cl_event *wait_list, cl_event *event) {
    if (lost) {
        return CL_INVALID_COMMAND_QUEUE;
    }
    lost = has("lost");
    return CL_SUCCESS;
}

static cl_int CL_API_CALL finish(cl_command_queue q) {
    return lost ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
}

void *CL_API_CALL clGetExtensionFunctionAddress(const char *name) {
    dispatch.clGetPlatformIDs = platform_ids;
    dispatch.clGetPlatformInfo = platform_info;
    dispatch.clGetDeviceIDs = device_ids;
    dispatch.clGetDeviceInfo = device_info;
    dispatch.clCreateContext = create_context;
    dispatch.clReleaseContext = release_context;
    dispatch.clCreateCommandQueue = create_queue;
    dispatch.clReleaseCommandQueue = release_queue;
    dispatch.clSVMAlloc = svm_alloc;
    dispatch.clSVMFree = svm_free;
    dispatch.clEnqueueSVMMemFill = svm_fill;
    dispatch.clEnqueueSVMMemcpy = svm_copy;
    dispatch.clFinish = finish;
    return strcmp(name, "clIcdGetPlatformIDsKHR") ? NULL : (void *) platform_ids;
}

/* Some loaders look for these by name. */
cl_int CL_API_CALL clIcdGetPlatformIDsKHR(cl_uint room, cl_platform_id *platforms, cl_uint *count) {
    return platform_ids(room, platforms, count);
}

cl_int CL_API_CALL clGetPlatformInfo(cl_platform_id p, cl_platform_info what, size_t room, void *target,
        size_t *size) {
    return platform_info(p, what, room, target, size);
}
