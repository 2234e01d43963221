package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares what is bound with a header; each difference is one sentence. */
final class HeaderComparison {
    private static final Set<String> INTS = Set.of("int", "unsigned int", "cuuint32_t", "CUdevice", "CUresult",
            "nvrtcResult", "nvmlReturn_t", "nvmlClockType_t", "nvmlTemperatureSensors_t", "CUdevice_attribute",
            "CUfunction_attribute", "CUstreamCaptureMode", "CUtensorMapDataType",
            "CUtensorMapInterleave", "CUtensorMapSwizzle", "CUtensorMapL2promotion", "CUtensorMapFloatOOBfill");
    private static final Set<String> LONGS = Set.of("size_t", "cuuint64_t", "unsigned long long", "CUdeviceptr");
    private static final Set<String> HANDLES = Set.of("CUcontext", "CUstream", "CUevent", "CUmodule", "CUfunction",
            "CUgraph", "CUgraphExec", "nvrtcProgram", "nvmlDevice_t");

    private HeaderComparison() {}

    /** Compares one function with its prototype. */
    static List<String> differences(String symbol, FunctionDescriptor bound, CHeader header) {
        CHeader.Prototype prototype = header.prototype(symbol).orElse(null);
        if (prototype == null) {
            return List.of(symbol + " is bound, but the header has no such function");
        }
        List<String> differences = new ArrayList<>();
        MemoryLayout result = bound.returnLayout().orElseThrow();
        if (!allowed(prototype.result()).contains(result)) {
            differences.add(symbol + " returns " + prototype.result() + ", but is bound to return " + result);
        }
        List<MemoryLayout> layouts = bound.argumentLayouts();
        if (layouts.size() != prototype.parameters().size()) {
            differences.add(symbol + " takes " + prototype.parameters() + ", but is bound with " + layouts);
            return differences;
        }
        for (int i = 0; i < layouts.size(); i++) {
            String type = prototype.parameters().get(i);
            if (!allowed(type).contains(layouts.get(i))) {
                differences.add("parameter " + i + " of " + symbol + " is a " + type + ", but is bound as "
                        + layouts.get(i));
            }
        }
        return differences;
    }

    /** Returns the layouts that a C type may be bound as. */
    private static Set<MemoryLayout> allowed(String type) {
        if (type.endsWith("*")) {
            // As a plain number where the host does not look behind it.
            return type.equals("void *") || type.equals("const char *")
                    ? Set.of(CTypes.POINTER, CTypes.HANDLE)
                    : Set.of(CTypes.POINTER);
        }
        if (HANDLES.contains(type)) {
            return Set.of(CTypes.HANDLE);
        }
        if (LONGS.contains(type)) {
            return Set.of(CTypes.LONG);
        }
        return type.equals("unsigned char") ? Set.of(CTypes.BYTE) : INTS.contains(type) ? Set.of(CTypes.INT) : Set.of();
    }

    /** Compares every constant of a class whose name begins in one of two ways. */
    static List<String> differences(Class<?> constants, boolean nvrtc, CHeader header) throws IllegalAccessException {
        List<String> differences = new ArrayList<>();
        for (Field field : constants.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class
                    && field.getName().startsWith("NVRTC_") == nvrtc) {
                long bound = field.getInt(null);
                Long found = header.constant(field.getName()).orElse(null);
                if (found == null || found != bound) {
                    differences.add(field.getName() + " is " + found + " in the header, but " + bound + " here");
                }
            }
        }
        return differences;
    }
}
