package dev.kernelwright.tuning.verify;

/**
 * Which of the reference's units are computed: all, or where that would take too long, a secret sample.
 *
 * <p>A sample has the first unit and the last, where mistakes are; those between are divided into equal ranges, of each
 * of which one is drawn, so that there is none that a kernel could leave out unseen.
 *
 * @param units how many there are
 * @param size how many are computed
 * @param secret decides which
 */
record UnitSample(long units, long size, SecretSequence secret) {
    private static final long MIN_SIZE = 4;

    /**
     * Makes a sample.
     *
     * @param units how many units there are
     * @param operationsPerUnit what one costs
     * @param maxOperations what the sample may cost; at least 4 units are computed all the same
     */
    static UnitSample of(long units, double operationsPerUnit, double maxOperations, long seed) {
        double affordable = Math.max(MIN_SIZE, maxOperations / Math.max(1, operationsPerUnit));
        return new UnitSample(units, affordable >= units ? units : (long) affordable, new SecretSequence(seed));
    }

    /** Returns whether every unit is computed. */
    boolean isComplete() {
        return size == units;
    }

    /** Returns a unit of the sample, by its position from 0 to {@code size - 1}. */
    long unit(long position) {
        if (isComplete() || position == 0) {
            return position;
        }
        if (position == size - 1) {
            return units - 1;
        }
        double width = (units - 2.0) / (size - 2);
        long from = 1 + (long) ((position - 1) * width);
        long to = Math.min(units - 1, 1 + (long) (position * width));
        return from + SecretSequence.below(Math.max(1, to - from), secret.at(position));
    }
}
