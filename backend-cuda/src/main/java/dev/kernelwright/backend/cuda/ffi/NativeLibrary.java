package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shared library that was opened. It stays open unless it is closed, which nothing may do once it has started. */
final class NativeLibrary {
    private final Arena arena;
    private final SymbolLookup symbols;

    private NativeLibrary(Arena arena, SymbolLookup symbols) {
        this.arena = arena;
        this.symbols = symbols;
    }

    /**
     * Opens the first of some libraries that there is.
     *
     * @param names names, which the system looks for in its own places, or absolute paths
     * @return null if there is none of them
     */
    // Restricted: opens NVIDIA's libraries, by the names that NVIDIA gave them. Not closed: a driver that has started stays.
    @SuppressWarnings({"restricted", "MustBeClosedChecker"})
    static @Nullable NativeLibrary open(List<String> names) {
        for (String name : names) {
            Arena arena = Arena.ofShared();
            try {
                return new NativeLibrary(arena, SymbolLookup.libraryLookup(name, arena));
            } catch (IllegalArgumentException e) {
                arena.close();
            }
        }
        return null;
    }

    /** Returns the address of a symbol, {@link MemorySegment#NULL} if there is none of this name. */
    MemorySegment find(String symbol) {
        // Made anew without its scope, which every call would otherwise have to hold and let go.
        return symbols.find(symbol).map(found -> MemorySegment.ofAddress(found.address())).orElse(MemorySegment.NULL);
    }

    void close() {
        arena.close();
    }
}
