/** The plain kernels that answer before tuning: scalar Java, right for every shape, compiled with this library. */
@NullMarked
package dev.kernelwright.backend.cpu.baseline;

import org.jspecify.annotations.NullMarked;
