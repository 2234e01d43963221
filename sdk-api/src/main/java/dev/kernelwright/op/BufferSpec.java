package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One input or output of a kernel: its type, and its shape over the axes and attributes.
 *
 * @param name the parameter's name in the op definition
 * @param dtype the element type
 * @param dims the extent of each dimension, outermost first
 * @param output whether the kernel writes it (every element, always) rather than reads it
 * @param indexLimit for an integer input that holds indices, the bound below which each must lie; null otherwise
 */
public record BufferSpec(String name, DType dtype, List<Expression> dims, boolean output,
        @Nullable Expression indexLimit) {
    /** Copies the dimensions. */
    public BufferSpec {
        dims = List.copyOf(dims);
    }
}
