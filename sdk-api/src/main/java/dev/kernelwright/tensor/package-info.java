/** Tensors: typed, shaped views of native memory on the host or on a device. */
@NullMarked
package dev.kernelwright.tensor;

import org.jspecify.annotations.NullMarked;
