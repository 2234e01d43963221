package dev.kernelwright.backend.opencl.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/**
 * The OpenCL library with its symbols, of which there are none if it is missing.
 *
 * @param library what was found
 * @param symbols the addresses of its functions
 * @param handlers what was installed for signals before the library loaded a driver
 */
record ClLoader(ClLibrary library, SymbolLookup symbols, FaultHandlers handlers) {
    /** Loads when it is first asked for, and not when another class of this package is. */
    private static final class Shared {
        static final ClLoader LOADER = forSystem(System.getProperty("os.name"));
    }

    static ClLoader shared() {
        return Shared.LOADER;
    }

    /** Returns the library of a system, by the name that the property {@code os.name} has there. */
    static ClLoader forSystem(String system) {
        if (system.startsWith("Windows")) {
            return open(List.of("OpenCL.dll"), "install the driver of your device, which brings OpenCL.dll");
        }
        if (system.startsWith("Mac")) {
            return open(List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL"),
                    "use a release of macOS that has the OpenCL framework");
        }
        return open(List.of("libOpenCL.so.1", "libOpenCL.so"),
                "install OpenCL's loader (ocl-icd-libopencl1 on Debian, ocl-icd on Fedora) and the OpenCL driver of "
                        + "your device (pocl-opencl-icd for the CPU)");
    }

    /** Returns the first library that can be opened. */
    @SuppressWarnings("restricted") // the one library that this package is for
    static ClLoader open(List<String> names, String cure) {
        for (String name : names) {
            try {
                // Never unloaded: handles are constants of their classes, so nothing could tell when.
                return new ClLoader(new ClLibrary.Loaded(name), SymbolLookup.libraryLookup(name, Arena.global()),
                        FaultHandlers.current());
            } catch (IllegalArgumentException cannotOpen) {
                // There may be another of the next name.
            } catch (IllegalCallerException denied) {
                Module module = ClLoader.class.getModule();
                return missing("this JVM lets only some modules call native code", "start java with "
                        + "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
            }
        }
        return missing("no OpenCL library was found under the name " + String.join(" or ", names), cure);
    }

    private static ClLoader missing(String reason, String cure) {
        return new ClLoader(new ClLibrary.Missing(reason, cure), name -> Optional.empty(), FaultHandlers.current());
    }

    /** Returns why a function cannot be called. */
    String whyWithout(String function) {
        return switch (library) {
            case ClLibrary.Loaded(String name) -> "the function " + function + " was called, and " + name
                    + " is too old to have it: ask whether it is there first, or install a newer OpenCL loader";
            case ClLibrary.Missing(String reason, String cure) -> "the function " + function + " was called, but "
                    + reason + ": " + cure;
        };
    }
}
