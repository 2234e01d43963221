package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A kernel that runs on the host's threads: the body of a block for each step, and the grids to run them over. */
final class CpuKernel implements LoadedKernel {
    private final KernelSignature signature;
    private final BlockPool pool;
    private final Expression.Compiled[] grids;
    private final Expression.Compiled workspace;
    private final List<KernelClass> classes;
    private volatile BlockBody[] bodies;

    private CpuKernel(KernelSignature signature, BlockPool pool, LaunchPlan plan, List<KernelClass> classes,
            BlockBody[] bodies) {
        this.signature = signature;
        this.pool = pool;
        this.grids = plan.steps().stream().map(step -> compile(step.grid().getFirst(), signature))
                .toArray(Expression.Compiled[]::new);
        this.workspace = compile(plan.workspaceBytes(), signature);
        this.classes = classes;
        this.bodies = bodies;
    }

    /** A kernel that is part of this backend: one step, with no class to define again. */
    static CpuKernel plain(KernelSignature signature, BlockPool pool, String grid, BlockBody body) {
        LaunchPlan.Step step = new LaunchPlan.Step("run", List.of(Expression.parse(grid)), List.of(),
                Expression.constant(0));
        return new CpuKernel(signature, pool, new LaunchPlan(List.of(step), Expression.constant(0)), List.of(),
                new BlockBody[]{body});
    }

    /**
     * Screens and defines a compiled kernel.
     *
     * @throws KernelRejectedException if the plan or a class is not acceptable
     */
    static CpuKernel load(KernelSignature signature, BlockPool pool, KernelBinary binary)
            throws KernelRejectedException {
        List<KernelClass> classes = prepare(signature, binary);
        return new CpuKernel(signature, pool, binary.plan(), classes, define(classes));
    }

    /** Screens the class for every entry point of the plan, and the plan itself. */
    static List<KernelClass> prepare(KernelSignature signature, KernelBinary binary) throws KernelRejectedException {
        LaunchPlan plan = binary.plan();
        for (LaunchPlan.Step step : plan.steps()) {
            if (step.grid().size() != 1 || !step.block().isEmpty() || !step.sharedBytes().toString().equals("0")) {
                throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the step '" + step.entry()
                        + "' asks for threads, shared memory or a grid of several dimensions, which a cpu does not"
                        + " have: give one grid dimension and nothing else");
            }
        }
        try {
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                check(plan, signature, axes);
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN,
                    "the launch plan cannot be evaluated for " + signature + ": " + e.getMessage());
        }
        boolean hasWorkspace = !plan.workspaceBytes().toString().equals("0");
        List<KernelClass> classes = new ArrayList<>();
        for (LaunchPlan.Step step : plan.steps()) {
            classes.add(KernelClass.of(binary.bytes(), step.entry(), signature.buffers().size(), hasWorkspace,
                    signature.axes().size()));
        }
        return List.copyOf(classes);
    }

    private static void check(LaunchPlan plan, KernelSignature signature, long[] axes) {
        for (LaunchPlan.Step step : plan.steps()) {
            long blocks = signature.evaluate(step.grid().getFirst(), axes);
            if (blocks < 0 || blocks > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("the grid " + step.grid().getFirst() + " has " + blocks
                        + " blocks, but 0 to 2147483647 are possible");
            }
        }
        long bytes = signature.evaluate(plan.workspaceBytes(), axes);
        if (bytes < 0 || bytes > CpuBackend.MAX_WORKSPACE_BYTES) {
            throw new IllegalArgumentException("the workspace has " + bytes + " bytes, but at most "
                    + CpuBackend.MAX_WORKSPACE_BYTES + " are allowed");
        }
    }

    private static BlockBody[] define(List<KernelClass> classes) throws KernelRejectedException {
        BlockBody[] bodies = new BlockBody[classes.size()];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = classes.get(i).define();
        }
        return bodies;
    }

    /** Attributes are compiled in by their value; without a range, so is the result. */
    private static Expression.Compiled compile(Expression expression, KernelSignature signature) {
        if (signature.isFixed()) {
            long value = signature.evaluate(expression, signature.maxAxes());
            return axes -> value;
        }
        Map<String, Long> attributes = new HashMap<>();
        signature.attributes().forEach((name, value) -> {
            if (KernelSignature.isWhole(value)) {
                attributes.put(name, value.longValue());
            }
        });
        return expression.bind(attributes).compile(signature.axisNames());
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return workspace.evaluate(axes);
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        BlockBody[] current = bodies;
        for (int i = 0; i < current.length; i++) {
            pool.run((int) grids[i].evaluate(arguments.axes()), current[i], arguments);
        }
    }

    @Override
    public boolean warmUp(long expectedNanos) {
        if (classes.isEmpty()) {
            return true;
        }
        long[] axes = signature.maxAxes();
        int[] blocks = new int[grids.length];
        long sequentialBlocks = 0;
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = (int) grids[i].evaluate(axes);
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
