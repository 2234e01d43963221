/** The package that kernels are defined in; holds nothing that they could reach but the host of their look-up. */
@NullMarked
package dev.kernelwright.backend.cpu.kernel;

import org.jspecify.annotations.NullMarked;
