package dev.kernelwright.cli;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stored kernel as the first candidate of a search that is to find a better one.
 *
 * <p>It is judged like any other, on this device and on this day, since times of different days do not compare. It stays
 * unless something is faster than it, or it is found to be wrong.
 */
final class Incumbent implements KernelGenerator {
    /** What is said of a kernel that may be right all the same: the machine is busy, or has another compiler. */
    private static final Set<ReasonCode> MAY_BE_RIGHT = EnumSet.of(ReasonCode.ACCEPTED, ReasonCode.NOT_FASTER,
            ReasonCode.TIMEOUT, ReasonCode.NO_MEMORY, ReasonCode.COMPILE_ERROR);

    private final KernelStore store;
    private final Map<KernelKey, Evaluation> verdicts = new ConcurrentHashMap<>();

    Incumbent(KernelStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "stored";
    }

    @Override
    public Search start(TuningRequest request) {
        Optional<KernelSource> source = stored(request.key(), request.backend().target())
                .map(TuningRecord::kernel).map(TuningRecord.Kernel::source);
        return new Search() {
            private boolean proposed;

            @Override
            public Optional<KernelSource> next() {
                boolean first = !proposed;
                proposed = true;
                return first ? source : Optional.empty();
            }

            @Override
            public void learn(KernelSource candidate, Evaluation evaluation) {
                verdicts.put(request.key(), evaluation);
            }
        };
    }

    /** Returns the stored record with a kernel whose place a new record would take. */
    private Optional<TuningRecord> stored(KernelKey key, Target target) {
        return store.find(key, target).map(StoredRecord::record)
                .filter(record -> record.kernel() != null && record.isBelieved(Instant.now()));
    }

    /** Returns the stored record if it stays, for all that a search has found. */
    Optional<TuningRecord> against(TuningRecord found) {
        return stored(found.key(), found.target()).filter(known -> stays(known, found));
    }

    private boolean stays(TuningRecord known, TuningRecord found) {
        TuningRecord.Kernel mine = known.kernel();
        TuningRecord.Kernel other = found.kernel();
        Evaluation verdict = verdicts.get(found.key());
        if (verdict != null && !MAY_BE_RIGHT.contains(verdict.reason())) {
            return false;
        }
        if (other == null || (mine != null && other.source().equals(mine.source()))) {
            return true;
        }
        // Where it was not timed today, what was promised of it is all that there is.
        Evaluation today = verdict == null || verdict.kernel() == null ? known.evaluation() : verdict;
        return !(found.evaluation().speedup() > today.speedup());
    }
}
