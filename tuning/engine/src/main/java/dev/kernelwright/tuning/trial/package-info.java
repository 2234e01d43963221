/**
 * The trial worker: the child JVM in which an unproven kernel runs, and the protocol between it and its parent.
 *
 * <p>{@link dev.kernelwright.tuning.trial.TrialWorker} is the parent's side,
 * {@link dev.kernelwright.tuning.trial.TrialWorkerMain} the child's. The child is never believed: what it says is
 * bounded, what it computes is read out of its files and judged by the parent, and it may die at any time.
 */
@NullMarked
package dev.kernelwright.tuning.trial;

import org.jspecify.annotations.NullMarked;
