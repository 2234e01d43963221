/** The first program with Kernelwright: a miss, the tuning behind it, the swap, and a second start that hits. */
@NullMarked
package dev.kernelwright.samples.quickstart;

import org.jspecify.annotations.NullMarked;
