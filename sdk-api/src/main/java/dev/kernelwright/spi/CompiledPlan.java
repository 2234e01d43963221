package dev.kernelwright.spi;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A launch plan made ready for launches: its expressions are evaluated from the axes without allocating.
 *
 * <p>Attributes are compiled in by their value, and for a signature without ranges so is every result.
 */
public final class CompiledPlan {
    private static final int DIMENSIONS = 3;
    private static final long MAX_HOST_WORKSPACE_BYTES = 256L << 20;

    private final List<LaunchPlan.Step> steps;
    private final Expression.Compiled[][] grids;
    private final Expression.Compiled[][] blocks;
    private final Expression.Compiled[][] clusters;
    private final Expression.Compiled[] sharedBytes;
    private final Expression.Compiled workspaceBytes;
    private final boolean workspace;
    private final List<TensorMap> tensorMaps;

    /**
     * A tensor map made ready.
     *
     * @param buffer the buffer's position in the signature
     */
    public record TensorMap(int buffer, List<Expression.Compiled> dims, List<Expression.Compiled> box,
            Expression.Compiled swizzleBytes) {}

    /**
     * Compiles a plan.
     *
     * @throws KernelRejectedException if an expression uses a name that the signature has not, or cannot be evaluated at
     *         the ends of its ranges, or gives a negative size
     */
    public CompiledPlan(LaunchPlan plan, KernelSignature signature) throws KernelRejectedException {
        this.steps = plan.steps();
        this.grids = new Expression.Compiled[steps.size()][];
        this.blocks = new Expression.Compiled[steps.size()][];
        this.clusters = new Expression.Compiled[steps.size()][];
        this.tensorMaps = new ArrayList<>();
        this.sharedBytes = new Expression.Compiled[steps.size()];
        this.workspace = !plan.workspaceBytes().toString().equals("0");
        try {
            for (int i = 0; i < grids.length; i++) {
                grids[i] = compile(steps.get(i).grid(), signature);
                blocks[i] = compile(steps.get(i).block(), signature);
                clusters[i] = compile(steps.get(i).cluster(), signature);
                sharedBytes[i] = compile(steps.get(i).sharedBytes(), signature);
            }
            this.workspaceBytes = compile(plan.workspaceBytes(), signature);
            for (LaunchPlan.TensorMap map : plan.tensorMaps()) {
                tensorMaps.add(new TensorMap(bufferIndex(map.buffer(), signature),
                        List.of(compile(map.dims(), signature)), List.of(compile(map.box(), signature)),
                        compile(map.swizzleBytes(), signature)));
            }
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                requireSizes(axes);
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN,
                    "the launch plan cannot be evaluated for " + signature + ": " + e.getMessage());
        }
    }

    /**
     * Compiles a plan for a {@link BlockPool}, whose blocks are one thread each and have one dimension.
     *
     * @param device for messages, such as {@code a cpu}
     * @throws KernelRejectedException also if the plan asks for more, or for more blocks or workspace than are possible
     */
    public static CompiledPlan forBlockPool(LaunchPlan plan, KernelSignature signature, String device)
            throws KernelRejectedException {
        CompiledPlan compiled = new CompiledPlan(plan, signature);
        compiled.requireSeparateBlocks(device);
        for (int step = 0; step < compiled.stepCount(); step++) {
            if (compiled.gridDimensions(step) != 1 || compiled.blockDimensions(step) != 0
                    || !plan.steps().get(step).sharedBytes().toString().equals("0")) {
                throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the step '" + compiled.entry(step)
                        + "' asks for threads, shared memory or a grid of several dimensions, which " + device
                        + " does not have: give one grid dimension and nothing else");
            }
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                compiled.requireHostLimits(step, axes);
            }
        }
        return compiled;
    }

    private void requireHostLimits(int step, long[] axes) throws KernelRejectedException {
        if (grid(step, 0, axes) > Integer.MAX_VALUE) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the grid of '" + entry(step) + "' has "
                    + grid(step, 0, axes) + " blocks, but 0 to 2147483647 are possible: let a block do more");
        }
        if (workspaceBytes(axes) > MAX_HOST_WORKSPACE_BYTES) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the workspace has " + workspaceBytes(axes)
                    + " bytes, but at most " + MAX_HOST_WORKSPACE_BYTES + " are allowed: use less");
        }
    }

    private static Expression.Compiled[] compile(List<Expression> expressions, KernelSignature signature) {
        return expressions.stream().map(expression -> compile(expression, signature))
                .toArray(Expression.Compiled[]::new);
    }

    private static int bufferIndex(String name, KernelSignature signature) {
        List<String> names = signature.buffers().stream().map(BufferSpec::name).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("a tensor map is of the buffer '" + name + "', but the buffers are "
                    + names + ": use one of them");
        }
        return index;
    }

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

    private void requireSizes(long[] axes) {
        requireNotNegative("the workspace", workspaceBytes(axes), "bytes");
        for (int step = 0; step < stepCount(); step++) {
            requireNotNegative("the shared memory of '" + entry(step) + "'", sharedBytes(step, axes), "bytes");
            for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
                requireNotNegative("the grid of '" + entry(step) + "'", grid(step, dimension, axes), "blocks");
                if (cluster(step, dimension, axes) < 1) {
                    throw new IllegalArgumentException("a cluster of '" + entry(step) + "' has "
                            + cluster(step, dimension, axes) + " blocks in a dimension: use at least 1");
                }
                if (block(step, dimension, axes) < 1) {
                    throw new IllegalArgumentException("a block of '" + entry(step) + "' has "
                            + block(step, dimension, axes) + " threads in a dimension: use at least 1");
                }
            }
        }
    }

    private static void requireNotNegative(String what, long size, String unit) {
        if (size < 0) {
            throw new IllegalArgumentException(what + " has " + size + " " + unit + ": use at least 0");
        }
    }

    /** Returns the number of steps. */
    public int stepCount() {
        return grids.length;
    }

    /** Returns the name of a step's entry point. */
    public String entry(int step) {
        return steps.get(step).entry();
    }

    /** Returns how many dimensions a step's grid was given. */
    public int gridDimensions(int step) {
        return grids[step].length;
    }

    /** Returns how many dimensions a step's blocks were given, 0 if their size was left to the backend. */
    public int blockDimensions(int step) {
        return blocks[step].length;
    }

    /** Returns the number of a step's blocks in a dimension; 1 in one that was not given. */
    public long grid(int step, int dimension, long[] axes) {
        return dimension < grids[step].length ? grids[step][dimension].evaluate(axes) : 1;
    }

    /** Returns the number of threads of a block in a dimension; 1 in one that was not given. */
    public long block(int step, int dimension, long[] axes) {
        return dimension < blocks[step].length ? blocks[step][dimension].evaluate(axes) : 1;
    }

    /** Returns how many dimensions a step's clusters were given, 0 if its blocks run each by itself. */
    public int clusterDimensions(int step) {
        return clusters[step].length;
    }

    /** Returns the number of blocks of a cluster in a dimension; 1 in one that was not given. */
    public long cluster(int step, int dimension, long[] axes) {
        return dimension < clusters[step].length ? clusters[step][dimension].evaluate(axes) : 1;
    }

    /** Returns whether a step's blocks all run at once. */
    public boolean isCooperative(int step) {
        return steps.get(step).cooperative();
    }

    /**
     * Refuses a plan whose blocks do not run each by itself, or that has tensor maps, on behalf of a device that launches
     * no other.
     *
     * @throws KernelRejectedException if the plan is one
     */
    public void requireSeparateBlocks(String device) throws KernelRejectedException {
        for (int step = 0; step < stepCount(); step++) {
            if (clusterDimensions(step) > 0 || isCooperative(step) || !tensorMaps.isEmpty()) {
                throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the plan of '" + entry(step)
                        + "' asks for a cluster, a cooperative grid or a tensor map, which " + device
                        + " does not launch: leave it out");
            }
        }
    }

    /** Returns the tensor maps that entry points get behind the axes. */
    public List<TensorMap> tensorMaps() {
        return Collections.unmodifiableList(tensorMaps);
    }

    /** Returns the dynamic shared memory of a step's blocks in bytes. */
    public long sharedBytes(int step, long[] axes) {
        return sharedBytes[step].evaluate(axes);
    }

    /** Returns whether entry points have a parameter for a workspace, even if its size may be 0. */
    public boolean hasWorkspace() {
        return workspace;
    }

    /** Returns the size of the workspace in bytes. */
    public long workspaceBytes(long[] axes) {
        return workspaceBytes.evaluate(axes);
    }
}
