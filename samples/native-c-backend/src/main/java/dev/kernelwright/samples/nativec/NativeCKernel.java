package dev.kernelwright.samples.nativec;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A shared library that is loaded, with a function for each step of its plan. */
final class NativeCKernel implements LoadedKernel {
    /**
     * Begins the symbol of each entry point. A name is looked up in libm and libc too, on which every library depends, so
     * that a plan could launch their {@code exit}.
     */
    private static final String SYMBOL = "kernelwright_entry_";
    private static final MethodHandle BUFFER;
    private static final MethodHandle AXIS;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            BUFFER = lookup.findVirtual(LaunchArguments.class, "segment",
                    MethodType.methodType(MemorySegment.class, int.class));
            AXIS = lookup.findStatic(NativeCKernel.class, "axis",
                    MethodType.methodType(long.class, LaunchArguments.class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CompiledPlan plan;
    private final BlockPool pool;
    private final Arena arena;
    private final BlockBody[] steps;

    private NativeCKernel(CompiledPlan plan, BlockPool pool, Arena arena, BlockBody[] steps) {
        this.plan = plan;
        this.pool = pool;
        this.arena = arena;
        this.steps = steps;
    }

    /** The parameters of an entry point in C, behind the block's number. */
    static String parameters(KernelSignature signature, boolean workspace, boolean names) {
        List<String> parameters = new ArrayList<>(List.of("long long" + (names ? " block" : "")));
        for (BufferSpec buffer : signature.buffers()) {
            String element = switch (buffer.dtype()) {
                case F32 -> "float";
                case F16, BF16 -> "unsigned short";
                case I32 -> "int";
            };
            parameters.add((buffer.output() ? "" : "const ") + element + " *restrict"
                    + (names ? " " + buffer.name() : ""));
        }
        if (workspace) {
            parameters.add("float *restrict" + (names ? " workspace" : ""));
        }
        signature.axisNames().forEach(axis -> parameters.add("long long" + (names ? " " + axis : "")));
        return String.join(", ", parameters);
    }

    /**
     * Returns what stands before a source: its entry points, so that the compiler refuses one with other parameters.
     *
     * @throws KernelRejectedException if the plan cannot be launched here, or the source has no such entry point
     */
    static String declarations(KernelSource source, KernelSignature signature) throws KernelRejectedException {
        CompiledPlan plan = CompiledPlan.forBlockPool(source.plan(), signature, NativeCProvider.NAME);
        StringBuilder declarations = new StringBuilder();
        for (int step = 0; step < plan.stepCount(); step++) {
            String entry = plan.entry(step);
            if (!entry.matches("[A-Za-z]\\w*") || !source.text().matches("(?s).*\\b" + entry + "\\s*\\(.*")) {
                throw invalid("the plan launches '" + entry + "', which the source does not define",
                        "define 'void " + entry + "(long long block, ...)', not static");
            }
            declarations.append("void " + entry + "(" + parameters(signature, plan.hasWorkspace(), false)
                    + ") __asm__(\"" + SYMBOL + entry + "\");\n");
        }
        return declarations.append("#line 1\n").toString();
    }

    private static KernelRejectedException invalid(String what, String cure) {
        return new KernelRejectedException(ReasonCode.INVALID_PLAN, what + ": " + cure);
    }

    /**
     * Loads a shared library from a private file, which is gone again when this returns.
     *
     * @throws KernelRejectedException if it is none for this machine, or has not what the plan launches
     */
    @SuppressWarnings({"restricted", "MustBeClosedChecker"}) // native code is the purpose; the kernel closes the arena
    static NativeCKernel load(KernelBinary binary, KernelSignature signature, BlockPool pool)
            throws KernelRejectedException {
        CompiledPlan plan = CompiledPlan.forBlockPool(binary.plan(), signature, NativeCProvider.NAME);
        Arena arena = Arena.ofShared();
        try {
            Path folder = CCompiler.newFolder();
            SymbolLookup library;
            try {
                library = SymbolLookup.libraryLookup(Files.write(folder.resolve("kernel.so"), binary.bytes()), arena);
            } finally {
                CCompiler.delete(folder);
            }
            BlockBody[] steps = new BlockBody[plan.stepCount()];
            for (int step = 0; step < steps.length; step++) {
                steps[step] = bind(library.findOrThrow(SYMBOL + plan.entry(step)), signature, plan.hasWorkspace());
            }
            return new NativeCKernel(plan, pool, arena, steps);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw invalid("the binary of " + signature + " cannot be loaded: " + e.getMessage(),
                    "compile the source again, and look whether the temporary folder allows executable files");
        }
    }

    /** Binds a function to the arguments of launches, each of which is read from them without allocating. */
    @SuppressWarnings("restricted")
    private static BlockBody bind(MemorySegment function, KernelSignature signature, boolean workspace) {
        int buffers = signature.buffers().size() + (workspace ? 1 : 0);
        int axes = signature.axes().size();
        List<MemoryLayout> layouts = new ArrayList<>(List.of(ValueLayout.JAVA_LONG));
        MethodHandle[] readers = new MethodHandle[buffers + axes];
        int[] order = new int[1 + buffers + axes];
        for (int i = 0; i < readers.length; i++) {
            boolean isBuffer = i < buffers;
            layouts.add(isBuffer ? ValueLayout.ADDRESS : ValueLayout.JAVA_LONG);
            readers[i] = MethodHandles.insertArguments(isBuffer ? BUFFER : AXIS, 1, isBuffer ? i : i - buffers);
            order[1 + i] = 1;
        }
        MethodHandle call = Linker.nativeLinker().downcallHandle(function,
                FunctionDescriptor.ofVoid(layouts.toArray(MemoryLayout[]::new)));
        MethodHandle bound = MethodHandles.permuteArguments(MethodHandles.filterArguments(call, 1, readers),
                MethodType.methodType(void.class, long.class, LaunchArguments.class), order);
        return MethodHandleProxies.asInterfaceInstance(BlockBody.class,
                bound.asType(MethodType.methodType(void.class, int.class, LaunchArguments.class)));
    }

    @SuppressWarnings("UnusedMethod") // by AXIS
    private static long axis(LaunchArguments arguments, int index) {
        return arguments.axes()[index];
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return plan.workspaceBytes(axes);
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        for (int step = 0; step < steps.length; step++) {
            pool.run((int) plan.grid(step, 0, arguments.axes()), steps[step], arguments);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
