package dev.kernelwright.spi;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
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

    private final List<LaunchPlan.Step> steps;
    private final Expression.Compiled[][] grids;
    private final Expression.Compiled[][] blocks;
    private final Expression.Compiled[] sharedBytes;
    private final Expression.Compiled workspaceBytes;
    private final boolean workspace;

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
        this.sharedBytes = new Expression.Compiled[steps.size()];
        this.workspace = !plan.workspaceBytes().toString().equals("0");
        try {
            for (int i = 0; i < grids.length; i++) {
                grids[i] = compile(steps.get(i).grid(), signature);
                blocks[i] = compile(steps.get(i).block(), signature);
                sharedBytes[i] = compile(steps.get(i).sharedBytes(), signature);
            }
            this.workspaceBytes = compile(plan.workspaceBytes(), signature);
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                requireSizes(axes);
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN,
                    "the launch plan cannot be evaluated for " + signature + ": " + e.getMessage());
        }
    }

    private static Expression.Compiled[] compile(List<Expression> expressions, KernelSignature signature) {
        return expressions.stream().map(expression -> compile(expression, signature))
                .toArray(Expression.Compiled[]::new);
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
