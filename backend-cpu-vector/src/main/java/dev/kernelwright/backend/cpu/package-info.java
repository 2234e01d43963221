/** Kernels in Java over the Vector API: compiled in memory, screened, and loaded as hidden classes. */
@NullMarked
package dev.kernelwright.backend.cpu;

import org.jspecify.annotations.NullMarked;
