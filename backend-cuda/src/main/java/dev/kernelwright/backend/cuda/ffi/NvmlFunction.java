package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.CTypes.HANDLE;
import static dev.kernelwright.backend.cuda.ffi.CTypes.INT;
import static dev.kernelwright.backend.cuda.ffi.CTypes.POINTER;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/** The functions of NVML that are bound, each below its prototype in {@code nvml.h}: none changes anything. */
@SuppressWarnings("ImmutableEnumChecker") // a function descriptor is immutable, which Error Prone cannot know
enum NvmlFunction implements NativeFunction {
    // nvmlReturn_t nvmlInit_v2(void)
    INIT("nvmlInit_v2"),
    // nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device)
    DEVICE_BY_UUID("nvmlDeviceGetHandleByUUID", POINTER, POINTER),
    // nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *clock)
    CLOCK("nvmlDeviceGetClockInfo", HANDLE, INT, POINTER),
    // nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *clock)
    MAX_CLOCK("nvmlDeviceGetMaxClockInfo", HANDLE, INT, POINTER),
    // nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *power)
    POWER("nvmlDeviceGetPowerUsage", HANDLE, POINTER),
    // nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, nvmlTemperatureSensors_t sensorType, unsigned int *temp)
    TEMPERATURE("nvmlDeviceGetTemperature", HANDLE, INT, POINTER),
    // nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, unsigned long long *clocksEventReasons)
    CLOCKS_EVENT_REASONS("nvmlDeviceGetCurrentClocksEventReasons", HANDLE, POINTER);

    private final String symbol;
    private final FunctionDescriptor descriptor;

    NvmlFunction(String symbol, MemoryLayout... parameters) {
        this.symbol = symbol;
        this.descriptor = FunctionDescriptor.of(INT, parameters);
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
