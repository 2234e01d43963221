package dev.kernelwright.spi;

import dev.kernelwright.op.Expression;
import java.util.List;
import java.util.Map;

/**
 * How a kernel is launched: data, never code.
 *
 * <p>The steps run one after the other; each begins when the one before has finished. Every entry point gets the same
 * arguments, those of {@link dev.kernelwright.op.KernelSignature}.
 *
 * @param steps what to launch, in order, at least one
 * @param workspaceBytes the size of the workspace over axes and attributes; 0 for none. Its contents are undefined
 *        before the first step and kept between steps
 */
public record LaunchPlan(List<Step> steps, Expression workspaceBytes) {
    private static final int MAX_STEPS = 16;

    /** Copies and checks the steps. */
    public LaunchPlan {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("a launch plan was given " + steps.size() + " steps: give 1 to "
                    + MAX_STEPS);
        }
    }

    /**
     * One launch of one entry point.
     *
     * @param entry the entry point's name in the source
     * @param grid the number of blocks in x, y and z; those left out are 1
     * @param block the number of threads of a block in x, y and z; empty on backends whose blocks are one thread
     * @param sharedBytes the dynamic shared memory of a block in bytes
     */
    public record Step(String entry, List<Expression> grid, List<Expression> block, Expression sharedBytes) {
        /** Copies and checks the dimensions. */
        public Step {
            grid = List.copyOf(grid);
            block = List.copyOf(block);
            if (grid.isEmpty() || grid.size() > 3 || block.size() > 3) {
                throw new IllegalArgumentException("the step " + entry + " was given " + grid.size()
                        + " grid and " + block.size() + " block dimensions: give 1 to 3 and 0 to 3");
            }
        }

        Step bind(Map<String, Long> values) {
            return new Step(entry, grid.stream().map(e -> e.bind(values)).toList(),
                    block.stream().map(e -> e.bind(values)).toList(), sharedBytes.bind(values));
        }
    }

    /** Returns the plan with some names of its expressions replaced by numbers. */
    public LaunchPlan bind(Map<String, Long> values) {
        return new LaunchPlan(steps.stream().map(step -> step.bind(values)).toList(), workspaceBytes.bind(values));
    }
}
