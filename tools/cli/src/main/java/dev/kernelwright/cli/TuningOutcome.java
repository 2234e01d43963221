package dev.kernelwright.cli;

import dev.kernelwright.spi.TuningRecord;

/** How an attempt to have a record for a workload ended. */
sealed interface TuningOutcome {
    /** The store had a record already. */
    record Hit(TuningRecord record) implements TuningOutcome {}

    /** A record was made and stored: with a kernel, or without if nothing beats the baseline. */
    record Stored(TuningRecord record) implements TuningOutcome {}

    /**
     * What was stored before stays, since the search found nothing better.
     *
     * @param record what is stored
     * @param found what the search came to
     */
    record Kept(TuningRecord record, TuningRecord found) implements TuningOutcome {}

    /**
     * There is no record.
     *
     * @param reason why, in a sentence
     */
    record Failed(String reason) implements TuningOutcome {}
}
