package dev.kernelwright.tuning.verify;

/**
 * Which of the reference's units are computed: all, or where that would take too long, a secret sample.
 *
 * <p>The units are divided into equal ranges, and one is drawn from each; of the first range it is the first unit, of
 * the last the last.
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
        double width = (double) units / size;
        long from = (long) (position * width);
        long to = Math.min(units, (long) ((position + 1) * width));
        return from + SecretSequence.below(Math.max(1, to - from), secret.at(position));
    }
}
