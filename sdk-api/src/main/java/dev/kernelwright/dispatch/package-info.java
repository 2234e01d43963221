/** The hot path: argument checks, call frames and live kernels. Not exported. */
@NullMarked
package dev.kernelwright.dispatch;

import org.jspecify.annotations.NullMarked;
