/**
 * What is to be computed: op definitions with their double-precision references, and workloads, which bind a
 * definition's types, axes and attributes.
 */
@NullMarked
package dev.kernelwright.op;

import org.jspecify.annotations.NullMarked;
