package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;

/**
 * Which of the reference's units are computed: all, or where that would take too long, a secret sample.
 *
 * <p>A sample is of groups of neighbouring units, as the definition says. It has the first group and the last, where
 * mistakes are; those between are divided into equal ranges, of each of which one is drawn, so that there is none that a
 * kernel could leave out unseen.
 *
 * @param units how many there are
 * @param together how many neighbours make a group
 * @param groups how many groups are computed
 * @param secret decides which
 */
record UnitSample(long units, long together, long groups, SecretSequence secret) {
    private static final long MIN_GROUPS = 4;

    /**
     * Makes a sample of a workload's units.
     *
     * @param maxOperations what the sample may cost; at least 4 groups are computed all the same
     */
    static UnitSample of(Workload workload, long[] axes, double maxOperations, long seed) {
        KernelSignature signature = workload.signature();
        long units = signature.evaluate(workload.op().units(), axes);
        return of(units, signature.evaluate(workload.op().unitsTogether(), axes),
                CheckedLaunches.referenceOperations(workload, axes) / Math.max(1, units), maxOperations, seed);
    }

    /**
     * Makes a sample.
     *
     * @param units how many units there are
     * @param together how many neighbours make a group, at least 1
     * @param operationsPerUnit what a unit costs
     * @param maxOperations what the sample may cost; at least 4 groups are computed all the same
     */
    static UnitSample of(long units, long together, double operationsPerUnit, double maxOperations, long seed) {
        if (together < 1) {
            throw new IllegalArgumentException(
                    "units of a reference are sampled " + together + " together: make it at least 1");
        }
        long all = Math.ceilDiv(units, together);
        double affordable = Math.max(MIN_GROUPS, maxOperations / Math.max(1, operationsPerUnit * together));
        return new UnitSample(units, together, affordable >= all ? all : (long) affordable, new SecretSequence(seed));
    }

    /** Makes a sample that is complete. */
    static UnitSample complete(long units) {
        return new UnitSample(units, 1, units, new SecretSequence(0));
    }

    private long allGroups() {
        return Math.ceilDiv(units, together);
    }

    /** Returns whether every unit is computed. */
    boolean isComplete() {
        return groups == allGroups();
    }

    /** Returns how many units are computed. */
    long size() {
        // The last group, which may be a part of one, is always among them.
        return isComplete() ? units : groups * together - (allGroups() * together - units);
    }

    /** Returns a unit of the sample, by its position from 0 to {@code size - 1}. */
    long unit(long position) {
        return group(position / together) * together + position % together;
    }

    private long group(long position) {
        if (isComplete() || position == 0) {
            return position;
        }
        if (position == groups - 1) {
            return allGroups() - 1;
        }
        double width = (allGroups() - 2.0) / (groups - 2);
        long from = 1 + (long) ((position - 1) * width);
        long to = Math.min(allGroups() - 1, 1 + (long) (position * width));
        return from + SecretSequence.below(Math.max(1, to - from), secret.at(position));
    }
}
