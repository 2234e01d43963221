package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code fake-driver.c} as a library: it notes how it is called. */
@SuppressWarnings("restricted") // calls the library whose source lies beside it
public final class FakeDriver {
    private final Path library;
    private final SymbolLookup symbols;

    private FakeDriver(Path library) {
        this.library = library;
        this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    }

    /** Compiles one that claims to be of a version of CUDA and that starts with a status. */
    public static FakeDriver compile(Path folder, int version, int startStatus)
            throws IOException, InterruptedException {
        Path source = folder.resolve("fake-driver.c");
        try (InputStream resource = FakeDriver.class.getResourceAsStream("fake-driver.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Path library = folder.resolve("libfake" + version + "-" + startStatus + ".so");
        CCompiler.compile(List.of("-shared", "-fPIC", "-DFAKE_VERSION=" + version, "-DFAKE_INIT=" + startStatus, "-o",
                library.toString(), source.toString(), "-ldl"));
        return new FakeDriver(library);
    }

    Loaded<CudaDriver> load() {
        return CudaDriver.load(List.of("/nowhere/libcuda.so.1", library.toString()));
    }

    /** Returns the driver. */
    public CudaDriver driver() {
        assertThat(load()).isInstanceOf(Loaded.Found.class);
        return ((Loaded.Found<CudaDriver>) load()).library();
    }

    /** Returns the last call with its arguments. */
    public String lastCall() {
        try {
            MemorySegment text = (MemorySegment) Linker.nativeLinker().downcallHandle(
                    symbols.findOrThrow("fake_last_call"), FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact();
            return text.reinterpret(512).getString(0);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Sets what the functions answer from now on. */
    public void answer(int status) {
        try {
            Linker.nativeLinker().downcallHandle(symbols.findOrThrow("fake_set_status"),
                    FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)).invokeExact(status);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
