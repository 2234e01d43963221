package dev.kernelwright.backend.opencl.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the process does on Linux at the signals that HotSpot has use for all the time, such as SIGSEGV at safepoints.
 *
 * <p>LLVM, which is in PoCL and in other drivers, installs handlers of its own when devices are listed or a program is built. At the first signal they delete the files that LLVM is writing and step back, so that a build fails; with several
 * signals at a time the process may end. LLVM installs them once: after {@link #restore} it takes them for installed.
 */
final class FaultHandlers {
    /** SIGILL, SIGBUS, SIGSEGV and SIGUSR2. At SIGFPE, PoCL rightly has a handler for kernels that divide by zero. */
    private static final int[] SIGNALS = {4, 7, 11, 12};
    /** More than a {@code struct sigaction} of any C library has. */
    private static final long ACTION_BYTES = 256;

    // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact)
    @SuppressWarnings("restricted") // native code is the purpose
    private static final Optional<MethodHandle> SIGACTION = System.getProperty("os.name").equals("Linux")
            ? Linker.nativeLinker().defaultLookup().find("sigaction")
                    .map(function -> Linker.nativeLinker().downcallHandle(function,
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS)))
            : Optional.empty();

    private final Map<Integer, MemorySegment> actions = new HashMap<>();

    private FaultHandlers() {}

    /** Returns what is installed now; nothing on other systems than Linux. */
    static FaultHandlers current() {
        FaultHandlers handlers = new FaultHandlers();
        for (int signal : SIGNALS) {
            MemorySegment action = Arena.ofAuto().allocate(ACTION_BYTES, Long.BYTES);
            if (exchange(signal, MemorySegment.NULL, action)) {
                handlers.actions.put(signal, action);
            }
        }
        return handlers;
    }

    /** Installs these again where others are. */
    void restore() {
        FaultHandlers now = current();
        actions.forEach((signal, action) -> {
            MemorySegment installed = now.actions.get(signal);
            if (installed != null && installed.mismatch(action) >= 0) {
                exchange(signal, action, MemorySegment.NULL);
            }
        });
    }

    private static boolean exchange(int signal, MemorySegment action, MemorySegment old) {
        if (SIGACTION.isEmpty()) {
            return false;
        }
        try {
            return (int) SIGACTION.get().invokeExact(signal, action, old) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("sigaction could not be called", e);
        }
    }
}
