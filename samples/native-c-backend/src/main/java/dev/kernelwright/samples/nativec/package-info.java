/** A backend whose kernels are C: compiled by the system's compiler, called through java.lang.foreign. */
@NullMarked
package dev.kernelwright.samples.nativec;

import org.jspecify.annotations.NullMarked;
