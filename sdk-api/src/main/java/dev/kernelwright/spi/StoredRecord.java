package dev.kernelwright.spi;

/**
 * A tuning record, with where it was found.
 *
 * @param record the record
 * @param layer where it was found, for people
 * @param imported whether it comes from elsewhere (a pack, a read-only folder, a shared store), so that nobody has yet
 *        verified it on this machine
 */
public record StoredRecord(TuningRecord record, String layer, boolean imported) {
    /** Returns whether the record was not verified as it is on a target: it was imported, or a driver has moved. */
    public boolean isUnverifiedOn(Target target) {
        return imported || !target.movedFrom(record.target()).isEmpty();
    }
}
