// An NVML that knows one GPU. With OLD it lacks a function and does not support another.
#include <string.h>

typedef struct nvmlDevice_st *nvmlDevice_t;
static struct nvmlDevice_st { int unused; } gpu;
static int started;

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6 };

int nvmlInit_v2(void) { started = 1; return SUCCESS; }

int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
    if (!started) return UNINITIALIZED;
    if (strcmp(uuid, "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f")) return NOT_FOUND;
    *device = &gpu;
    return SUCCESS;
}

int nvmlDeviceGetClockInfo(nvmlDevice_t device, int type, unsigned *clock) {
    *clock = type == 1 ? 1755 : type == 2 ? 3201 : 0;
    return device == &gpu ? SUCCESS : INVALID_ARGUMENT;
}

int nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, int type, unsigned *clock) {
    *clock = type == 1 ? 1980 : 0;
    return device == &gpu ? SUCCESS : INVALID_ARGUMENT;
}

int nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned *power) {
#ifdef OLD
    return NOT_SUPPORTED;
#else
    *power = 412345;
    return device == &gpu ? SUCCESS : INVALID_ARGUMENT;
#endif
}

int nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned *temp) {
    *temp = 54;
    return device == &gpu && sensor == 0 ? SUCCESS : INVALID_ARGUMENT;
}

#ifndef OLD
int nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, unsigned long long *reasons) {
    *reasons = 0x100000004ull;
    return device == &gpu ? SUCCESS : INVALID_ARGUMENT;
}
#endif
