/** A small inference program for Llama models in which every tensor operation goes through a {@code BoundOp}. */
@NullMarked
package dev.kernelwright.samples.llama;

import org.jspecify.annotations.NullMarked;
