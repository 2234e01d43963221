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
 * @param tensorMaps what entry points get behind the axes, one argument each, on devices that copy tiles by themselves
 */
public record LaunchPlan(List<Step> steps, Expression workspaceBytes, List<TensorMap> tensorMaps) {
    private static final int MAX_STEPS = 16;
    private static final int MAX_TENSOR_MAPS = 8;

    /** Copies and checks the steps and the tensor maps. */
    public LaunchPlan {
        steps = List.copyOf(steps);
        tensorMaps = List.copyOf(tensorMaps);
        if (tensorMaps.size() > MAX_TENSOR_MAPS) {
            throw new IllegalArgumentException("a launch plan was given " + tensorMaps.size() + " tensor maps: give at"
                    + " most " + MAX_TENSOR_MAPS);
        }
        if (steps.isEmpty() || steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("a launch plan was given " + steps.size() + " steps: give 1 to "
                    + MAX_STEPS);
        }
    }

    /** Creates a plan without tensor maps. */
    public LaunchPlan(List<Step> steps, Expression workspaceBytes) {
        this(steps, workspaceBytes, List.of());
    }

    /**
     * One launch of one entry point.
     *
     * @param entry the entry point's name in the source
     * @param grid the number of blocks in x, y and z; those left out are 1
     * @param block the number of threads of a block in x, y and z; empty on backends whose blocks are one thread
     * @param sharedBytes the dynamic shared memory of a block in bytes
     * @param cluster the number of blocks in x, y and z that run together and share their memory; empty for one
     * @param cooperative whether all blocks run at once and may wait for each other
     */
    public record Step(String entry, List<Expression> grid, List<Expression> block, Expression sharedBytes,
            List<Expression> cluster, boolean cooperative) {
        /** Copies and checks the dimensions. */
        public Step {
            grid = List.copyOf(grid);
            block = List.copyOf(block);
            cluster = List.copyOf(cluster);
            if (cluster.size() > 3) {
                throw new IllegalArgumentException("the step " + entry + " was given " + cluster.size()
                        + " cluster dimensions: give 0 to 3");
            }
            if (grid.isEmpty() || grid.size() > 3 || block.size() > 3) {
                throw new IllegalArgumentException("the step " + entry + " was given " + grid.size()
                        + " grid and " + block.size() + " block dimensions: give 1 to 3 and 0 to 3");
            }
        }

        /** Creates a step whose blocks run each by itself. */
        public Step(String entry, List<Expression> grid, List<Expression> block, Expression sharedBytes) {
            this(entry, grid, block, sharedBytes, List.of(), false);
        }

        Step bind(Map<String, Long> values) {
            return new Step(entry, LaunchPlan.bind(grid, values), LaunchPlan.bind(block, values),
                    sharedBytes.bind(values), LaunchPlan.bind(cluster, values), cooperative);
        }
    }

    /**
     * A description of a buffer by which the device copies tiles of it to shared memory: on CUDA a {@code CUtensorMap}
     * (TMA), a {@code const __grid_constant__} parameter of 128 bytes.
     *
     * @param buffer the name of an input or output
     * @param dims the extents in elements, the innermost first; what lies outside is read as zero and not written
     * @param box the extents of a tile in elements, as many
     * @param swizzleBytes over how many bytes 16-byte pieces change places, so that columns fall into different banks: 0
     *        (they do not), 32, 64 or 128, and then the innermost extent of the box is at most as many bytes
     */
    public record TensorMap(String buffer, List<Expression> dims, List<Expression> box, Expression swizzleBytes) {
        private static final int MAX_RANK = 5;

        /** Copies and checks the dimensions. */
        public TensorMap {
            dims = List.copyOf(dims);
            box = List.copyOf(box);
            if (dims.isEmpty() || dims.size() > MAX_RANK || dims.size() != box.size()) {
                throw new IllegalArgumentException("the tensor map of " + buffer + " was given " + dims.size()
                        + " dimensions and a box of " + box.size() + ": give 1 to " + MAX_RANK + ", and as many");
            }
        }

        TensorMap bind(Map<String, Long> values) {
            return new TensorMap(buffer, LaunchPlan.bind(dims, values), LaunchPlan.bind(box, values),
                    swizzleBytes.bind(values));
        }
    }

    private static List<Expression> bind(List<Expression> expressions, Map<String, Long> values) {
        return expressions.stream().map(expression -> expression.bind(values)).toList();
    }

    /** Returns the plan with some names of its expressions replaced by numbers. */
    public LaunchPlan bind(Map<String, Long> values) {
        return new LaunchPlan(steps.stream().map(step -> step.bind(values)).toList(), workspaceBytes.bind(values),
                tensorMaps.stream().map(map -> map.bind(values)).toList());
    }
}
