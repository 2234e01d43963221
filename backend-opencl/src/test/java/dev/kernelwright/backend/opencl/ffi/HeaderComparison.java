package dev.kernelwright.backend.opencl.ffi;

import dev.kernelwright.backend.opencl.ffi.CHeader.Kind;
import dev.kernelwright.backend.opencl.ffi.CHeader.Prototype;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tells where bindings differ from a header, in a sentence each. */
final class HeaderComparison {
    private HeaderComparison() {}

    static List<String> ofFunction(CHeader header, String name, FunctionDescriptor descriptor) {
        Prototype prototype = header.functions().get(name);
        if (prototype == null) {
            return List.of(name + " is not in the header");
        }
        List<String> differences = new ArrayList<>();
        Kind result = descriptor.returnLayout().map(HeaderComparison::kind).orElse(Kind.NOTHING);
        if (result != prototype.result()) {
            differences.add(name + " returns " + result + " and in the header " + prototype.result());
        }
        List<Kind> parameters = descriptor.argumentLayouts().stream().map(HeaderComparison::kind).toList();
        if (!parameters.equals(prototype.parameters())) {
            differences.add(name + " takes " + parameters + " and in the header " + prototype.parameters());
        }
        return differences;
    }

    static List<String> ofConstants(CHeader header, Map<String, Long> constants) {
        List<String> differences = new ArrayList<>();
        constants.forEach((name, value) -> {
            if (!value.equals(header.constants().get(name))) {
                differences.add(name + " is " + value + " and in the header " + header.constants().get(name));
            }
        });
        return differences;
    }

    private static Kind kind(MemoryLayout layout) {
        return switch (layout) {
            case AddressLayout _ -> Kind.POINTER;
            case ValueLayout.OfLong number -> number.equals(ClFunction.HANDLE) ? Kind.POINTER : Kind.INT_64;
            case ValueLayout.OfInt _ -> Kind.INT_32;
            default -> throw new IllegalArgumentException("no function of OpenCL takes " + layout);
        };
    }
}
