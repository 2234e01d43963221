package dev.kernelwright.dispatch;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the tensors of a call against a signature, and finds the values of the axes that are ranges.
 *
 * <p>Everything that can be worked out at bind time is: a dimension is a number, a ranged axis, or an expression over
 * them. The check of a call that passes is a few dozen comparisons and allocates nothing.
 */
public final class ArgumentCheck {
    /** Set for a dimension whose extent is known at bind time. */
    private static final int FIXED = -1;
    /** Set for a dimension that is an expression over ranged axes. */
    private static final int COMPUTED = -2;

    private final KernelSignature signature;
    private final MemorySpace space;
    private final BufferSpec[] buffers;
    private final DType[] types;
    /** For each buffer and dimension: {@link #FIXED}, {@link #COMPUTED}, or the index of the ranged axis it is. */
    private final int[][] kinds;
    private final long[][] fixedExtents;
    private final Expression.Compiled[][] computedExtents;
    /** What must hold of the ranged axes of a call; a bind has seen to it at the ends of the ranges only. */
    private final List<Expression> constraints;
    private final Expression.Compiled[] compiledConstraints;
    private final long[] minAxes;
    private final long[] maxAxes;
    private final boolean ranged;

    /**
     * Prepares the check.
     *
     * @param constraints what the op requires of axes and attributes
     * @param space where the tensors must be
     * @throws IllegalArgumentException if a ranged axis cannot be found from the shapes
     */
    public ArgumentCheck(KernelSignature signature, List<Expression> constraints, MemorySpace space) {
        this.signature = signature;
        this.space = space;
        this.buffers = signature.buffers().toArray(BufferSpec[]::new);
        this.types = signature.buffers().stream().map(BufferSpec::dtype).toArray(DType[]::new);
        this.kinds = new int[buffers.length][];
        this.fixedExtents = new long[buffers.length][];
        this.computedExtents = new Expression.Compiled[buffers.length][];
        this.minAxes = signature.minAxes();
        this.maxAxes = signature.maxAxes();
        this.ranged = !signature.isFixed();
        Map<String, Long> known = knownValues(signature);
        this.constraints = constraints.stream().filter(constraint -> !constraint.bind(known).names().isEmpty())
                .toList();
        this.compiledConstraints = this.constraints.stream()
                .map(constraint -> constraint.bind(known).compile(signature.axisNames()))
                .toArray(Expression.Compiled[]::new);
        List<String> found = new ArrayList<>();
        for (int b = 0; b < buffers.length; b++) {
            prepare(b, known, found);
        }
        for (int axis = 0; axis < minAxes.length; axis++) {
            String name = signature.axes().get(axis).name();
            if (minAxes[axis] != maxAxes[axis] && !found.contains(name)) {
                throw new IllegalArgumentException(signature + " leaves the axis " + name
                        + " a range, but no tensor has a dimension that is just " + name + ": give it one extent");
            }
        }
    }

    private void prepare(int b, Map<String, Long> known, List<String> found) {
        List<Expression> dims = buffers[b].dims();
        kinds[b] = new int[dims.size()];
        fixedExtents[b] = new long[dims.size()];
        computedExtents[b] = new Expression.Compiled[dims.size()];
        for (int d = 0; d < dims.size(); d++) {
            Expression dim = dims.get(d).bind(known);
            int axis = signature.axisNames().indexOf(dim.toString());
            if (dim.names().isEmpty()) {
                kinds[b][d] = FIXED;
                fixedExtents[b][d] = signature.evaluate(dim, maxAxes);
            } else if (axis >= 0) {
                kinds[b][d] = axis;
                found.add(dim.toString());
            } else {
                kinds[b][d] = COMPUTED;
                computedExtents[b][d] = dim.compile(signature.axisNames());
            }
        }
    }

    /** What is the same in every call: attributes that are whole numbers, and fixed axes. */
    private static Map<String, Long> knownValues(KernelSignature signature) {
        Map<String, Long> known = new HashMap<>();
        signature.attributes().forEach((name, value) -> {
            if (KernelSignature.isWhole(value)) {
                known.put(name, value.longValue());
            }
        });
        signature.axes().forEach(axis -> {
            if (axis.isFixed()) {
                known.put(axis.name(), axis.min());
            }
        });
        return known;
    }

    /** Creates arguments with the values of the fixed axes filled in. */
    public LaunchArguments newArguments() {
        LaunchArguments arguments = new LaunchArguments(buffers.length, maxAxes.length);
        System.arraycopy(maxAxes, 0, arguments.axes(), 0, maxAxes.length);
        return arguments;
    }

    /**
     * Checks tensors and fills in the arguments of a launch.
     *
     * @throws IllegalArgumentException if a tensor has the wrong type, shape or place, or an output overlaps another
     *         tensor
     * @throws IllegalStateException if the memory of a tensor was freed
     */
    public void bind(Tensor[] tensors, LaunchArguments arguments) {
        if (tensors.length != buffers.length) {
            throw new IllegalArgumentException(signature.op() + " was called with " + tensors.length
                    + " tensors: pass " + buffers.length + ", " + names());
        }
        long[] axes = arguments.axes();
        if (ranged) {
            findAxes(tensors, axes);
            requireConstraints(axes);
        }
        for (int b = 0; b < tensors.length; b++) {
            Tensor tensor = tensors[b];
            if (tensor.dtype() != types[b] || !shapeMatches(tensor, b, axes)) {
                throw mismatch(tensor, b, axes);
            }
            if (tensor.space() != space) {
                throw new IllegalArgumentException(describe(b) + " is in the memory of " + tensor.space()
                        + ", but the op is bound to " + space + ": copy it there first");
            }
            if (!tensor.isAlive()) {
                throw new IllegalStateException(describe(b)
                        + " was freed before the call: keep its arena open until the call has ended");
            }
            if (buffers[b].output()) {
                checkOverlap(tensors, b);
            }
            arguments.setBuffer(b, tensor);
        }
    }

    /** Takes the value of each ranged axis from the first dimension that is just it. */
    private void findAxes(Tensor[] tensors, long[] axes) {
        for (int axis = 0; axis < axes.length; axis++) {
            if (minAxes[axis] != maxAxes[axis]) {
                long extent = firstExtent(tensors, axis);
                if (extent < minAxes[axis] || extent > maxAxes[axis]) {
                    throw new IllegalArgumentException(signature.op() + " was called with "
                            + signature.axes().get(axis).name() + "=" + extent + ", but it is bound for "
                            + signature.axes().get(axis) + ": bind a workload whose range holds it");
                }
                axes[axis] = extent;
            }
        }
    }

    private void requireConstraints(long[] axes) {
        for (int i = 0; i < compiledConstraints.length; i++) {
            if (compiledConstraints[i].evaluate(axes) == 0) {
                throw new IllegalArgumentException(signature.op() + " was called with " + signature.axisNames() + "="
                        + Arrays.toString(axes) + ", but it requires " + constraints.get(i)
                        + ": pass tensors of other shapes");
            }
        }
    }

    private long firstExtent(Tensor[] tensors, int axis) {
        for (int b = 0; b < kinds.length; b++) {
            int[] kind = kinds[b];
            if (tensors[b].rank() == kind.length) {
                for (int d = 0; d < kind.length; d++) {
                    if (kind[d] == axis) {
                        return tensors[b].dim(d);
                    }
                }
            }
        }
        throw new IllegalArgumentException(signature.op() + " was called with tensors of the wrong rank: pass "
                + names());
    }

    private boolean shapeMatches(Tensor tensor, int b, long[] axes) {
        int[] kind = kinds[b];
        if (tensor.rank() != kind.length) {
            return false;
        }
        for (int d = 0; d < kind.length; d++) {
            if (tensor.dim(d) != extent(b, d, axes)) {
                return false;
            }
        }
        return true;
    }

    private long extent(int b, int d, long[] axes) {
        int kind = kinds[b][d];
        return kind == FIXED
                ? fixedExtents[b][d]
                : kind == COMPUTED ? computedExtents[b][d].evaluate(axes) : axes[kind];
    }

    private void checkOverlap(Tensor[] tensors, int output) {
        for (int other = 0; other < tensors.length; other++) {
            if (other != output && tensors[output].overlaps(tensors[other])) {
                throw new IllegalArgumentException(describe(output) + " overlaps '" + buffers[other].name()
                        + "' in memory: give the output memory of its own");
            }
        }
    }

    private IllegalArgumentException mismatch(Tensor tensor, int b, long[] axes) {
        long[] expected = new long[kinds[b].length];
        for (int d = 0; d < expected.length; d++) {
            expected[d] = extent(b, d, axes);
        }
        return new IllegalArgumentException(describe(b) + " is " + tensor + ", but " + signature + " takes "
                + types[b] + Arrays.toString(expected) + ": pass a tensor of that type and shape");
    }

    private String describe(int b) {
        return signature.op() + " was called with a tensor for '" + buffers[b].name() + "' that";
    }

    private String names() {
        return Arrays.stream(buffers)
                .map(buffer -> (buffer.output() ? "output " : "") + buffer.name() + ":" + buffer.dtype()
                        + buffer.dims())
                .toList().toString();
    }
}
