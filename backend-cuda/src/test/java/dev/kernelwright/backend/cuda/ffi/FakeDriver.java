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
        return text("fake_last_call", 512);
    }

    /** Returns the calls since {@link #forgetCalls}, the first of them if there were very many. */
    public List<String> calls() {
        return text("fake_calls", 1 << 16).lines().toList();
    }

    /** Notes calls anew. */
    public void forgetCalls() {
        call("fake_forget_calls", FunctionDescriptor.ofVoid());
    }

    /** Sets what the functions answer from now on. */
    public void answer(int status) {
        fail("", status);
    }

    /** Sets what the functions answer from now on whose names begin so; the others succeed. */
    public void fail(String beginning, int status) {
        try (Arena arena = Arena.ofConfined()) {
            call("fake_set_status", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT, ValueLayout.ADDRESS), status,
                    arena.allocateFrom(beginning));
        }
    }

    /** Sets every attribute of functions, of which the most threads of a block is one; at first 8. */
    public void functionAttribute(int value) {
        call("fake_set_function_attribute", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT), value);
    }

    private String text(String function, int maxBytes) {
        MemorySegment text = (MemorySegment) call(function, FunctionDescriptor.of(ValueLayout.ADDRESS));
        return text.reinterpret(maxBytes).getString(0);
    }

    private Object call(String function, FunctionDescriptor descriptor, Object... arguments) {
        try {
            return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), descriptor)
                    .invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
