package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.LoadedKernel;
import java.util.ArrayList;
import java.util.List;

/** A kernel that runs on the host's threads: the body of a block for each step, and the grids to run them over. */
final class CpuKernel implements LoadedKernel {
    private final KernelSignature signature;
    private final BlockPool pool;
    private final CompiledPlan plan;
    private final List<KernelClass> classes;
    private volatile BlockBody[] bodies;

    private CpuKernel(KernelSignature signature, BlockPool pool, CompiledPlan plan, List<KernelClass> classes,
            BlockBody[] bodies) {
        this.signature = signature;
        this.pool = pool;
        this.plan = plan;
        this.classes = classes;
        this.bodies = bodies;
    }

    /** A kernel that is part of this backend: one step, with no class to define again. */
    static CpuKernel plain(KernelSignature signature, BlockPool pool, String grid, BlockBody body) {
        LaunchPlan.Step step = new LaunchPlan.Step("run", List.of(Expression.parse(grid)), List.of(),
                Expression.constant(0));
        try {
            CompiledPlan plan = compile(new LaunchPlan(List.of(step), Expression.constant(0)), signature);
            return new CpuKernel(signature, pool, plan, List.of(), new BlockBody[]{body});
        } catch (KernelRejectedException e) {
            // The signature's fault, such as one with more elements than blocks can be counted.
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Screens and defines a compiled kernel.
     *
     * @throws KernelRejectedException if the plan or a class is not acceptable
     */
    static CpuKernel load(KernelSignature signature, BlockPool pool, KernelBinary binary)
            throws KernelRejectedException {
        CompiledPlan plan = compile(binary.plan(), signature);
        List<KernelClass> classes = prepare(plan, signature, binary);
        return new CpuKernel(signature, pool, plan, classes, define(classes));
    }

    /** Screens the plan, and the class for every entry point of the plan. */
    static void screen(KernelSignature signature, KernelBinary binary) throws KernelRejectedException {
        prepare(compile(binary.plan(), signature), signature, binary);
    }

    private static List<KernelClass> prepare(CompiledPlan plan, KernelSignature signature, KernelBinary binary)
            throws KernelRejectedException {
        List<KernelClass> classes = new ArrayList<>();
        for (int step = 0; step < plan.stepCount(); step++) {
            classes.add(KernelClass.of(binary.bytes(), plan.entry(step), signature.buffers().size(),
                    plan.hasWorkspace(), signature.axes().size()));
        }
        return List.copyOf(classes);
    }

    private static CompiledPlan compile(LaunchPlan plan, KernelSignature signature) throws KernelRejectedException {
        return CompiledPlan.forBlockPool(plan, signature, "a cpu");
    }

    private static BlockBody[] define(List<KernelClass> classes) throws KernelRejectedException {
        BlockBody[] bodies = new BlockBody[classes.size()];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = classes.get(i).define();
        }
        return bodies;
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return plan.workspaceBytes(axes);
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        BlockBody[] current = bodies;
        for (int i = 0; i < current.length; i++) {
            pool.run((int) plan.grid(i, 0, arguments.axes()), current[i], arguments);
        }
    }

    @Override
    public boolean warmUp(long expectedNanos) {
        if (classes.isEmpty()) {
            return true;
        }
        long[] axes = signature.maxAxes();
        int[] blocks = new int[plan.stepCount()];
        long sequentialBlocks = 0;
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (int) plan.grid(i, 0, axes);
            sequentialBlocks = Math.max(sequentialBlocks, blocks[i]);
        }
        // A launch spread its blocks over the pool's threads; the warm-up runs them on this thread alone.
        long expected = expectedNanos * Math.clamp(sequentialBlocks, 1, pool.parallelism());
        try (WarmUp warmUp = new WarmUp(signature, workspaceBytes(axes), blocks, expected)) {
            bodies = warmUp.run(bodies, () -> define(classes));
            return warmUp.reachedSpeed();
        } catch (KernelRejectedException e) {
            throw new IllegalStateException("a kernel that was defined once cannot be defined again", e);
        }
    }

    @Override
    public void close() {
        // Hidden classes are unloaded with the last reference to them.
    }
}
