/**
 * The verdict on a kernel: does it compute the op, does it stay within its arguments, and is it faster.
 *
 * <p>Everything here runs in the parent. The kernel runs in a trial worker, and what it wrote is read out of the
 * worker's file before it is looked at; the reference and its results never leave this process.
 */
@NullMarked
package dev.kernelwright.tuning.verify;

import org.jspecify.annotations.NullMarked;
