/**
 * The standard ops: one class each, whose {@code DEFINITION} holds formula, shapes, cost, accuracy and reference.
 *
 * <p>{@link dev.kernelwright.op.standard.StandardOps} lists them. What they have in common:
 *
 * <ul>
 * <li>Every tensor is dense and row-major. There is no broadcasting: a caller reshapes or slices.
 * <li>An axis may be 0 unless its op says otherwise; then there is nothing to compute. Every axis is below
 * 2<sup>31</sup>, so that a kernel may index one row with an {@code int}.
 * <li>NaN and infinities follow IEEE 754 through the formula as it is written, unless the op says otherwise.
 * </ul>
 *
 * <p><b>How roundings are counted.</b> In the bound (r + 4 sqrt(t)) u m of {@link dev.kernelwright.op.Accuracy}, an
 * addition, multiplication or division counts as one rounding: it errs by at most u relative to its result. A function
 * that errs by e ulp counts as 2 e, since an ulp is up to 2 u. Exponentials are taken to be within 4 ulp, as Intel's
 * vector mathematics is in its low-accuracy mode; the JDK's Vector API (SVML in high accuracy, SLEEF "u10") and CUDA's
 * {@code expf} are within 1 to 2, and OpenCL demands 3. A reciprocal square root is taken to be within 2 ulp, as CUDA's
 * {@code rsqrtf} and OpenCL's {@code rsqrt} are. Where an argument's own error matters it is part of the magnitude m:
 * the exponential of d is also allowed |d| u, for the rounding of a difference d and for exp2(d log2(e)).
 *
 * <p>A kernel may overflow where its formula has an intermediate result beyond its type, such as a square; the
 * references, which compute in double, do not. Checks keep their inputs where the type can compute the formula.
 */
@NullMarked
package dev.kernelwright.op.standard;

import org.jspecify.annotations.NullMarked;
