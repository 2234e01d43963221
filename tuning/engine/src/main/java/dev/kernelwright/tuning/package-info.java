/**
 * Tuning: the engine that finds the best kernel for a workload, the search over a template's parameters, and the
 * evaluation of a single kernel.
 */
@NullMarked
package dev.kernelwright.tuning;

import org.jspecify.annotations.NullMarked;
