package dev.kernelwright.tuning.llm.budget;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps what calls cost within the limits: reserves the most that a call may cost before it is made, and gives back what
 * it did not.
 *
 * <p>So no limit is passed however many ask at once, and a process that is killed during a call leaves its reservation in
 * the day's file: it has spent too much by the books and never in truth. Safe for use from several threads; those of one
 * process must share one ledger, since the locks on files hold between processes only.
 */
public final class Ledger {
    private final BudgetLimits limits;
    private final DayFile file;
    private final Clock clock;
    private final Map<String, Spending> byKey = new HashMap<>();
    private Spending ofProcess = Spending.NONE;

    /** Creates a ledger whose day is kept in a folder. */
    public Ledger(BudgetLimits limits, Path folder, Clock clock) {
        this.limits = limits;
        this.file = new DayFile(folder);
        this.clock = clock;
    }

    /** The most that a call may cost, set aside until it is known what it did. */
    public final class Reservation {
        private final String key;
        private final LocalDate day;
        private final Spending reserved;
        private boolean settled;

        private Reservation(String key, LocalDate day, Spending reserved) {
            this.key = key;
            this.day = day;
            this.reserved = reserved;
        }

        /**
         * Books what was spent, at most what was reserved: a provider that claims more is not believed, since a token has
         * at least a byte and an answer at most the tokens that were asked for.
         *
         * @return what was booked
         */
        public Spending settle(Spending spent) throws IOException {
            synchronized (Ledger.this) {
                if (settled) {
                    throw new IllegalStateException("a reservation was settled twice: settle each once");
                }
                settled = true;
                Spending booked = spent.atMost(reserved);
                byKey.merge(key, booked, (all, own) -> all.minus(reserved).plus(own));
                ofProcess = ofProcess.minus(reserved).plus(booked);
                file.update(day, all -> all.minus(reserved).plus(booked));
                return booked;
            }
        }
    }

    /**
     * Sets aside what a call may cost.
     *
     * @param key the digest of the key that is tuned
     * @throws BudgetExhaustedException if a limit would be passed
     * @throws IOException if the day's file cannot be read or written
     */
    public synchronized Reservation reserve(String key, Spending most) throws BudgetExhaustedException, IOException {
        Spending forKey = byKey.getOrDefault(key, Spending.NONE).plus(most);
        Spending forProcess = ofProcess.plus(most);
        require(forKey, limits.perKey(), "for this key");
        require(forProcess, limits.perProcess(), "for this process");
        LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        String[] beyond = {""};
        file.update(day, all -> {
            Spending sum = all.plus(most);
            beyond[0] = sum.beyond(limits.perDay());
            return beyond[0].isEmpty() ? sum : all;
        });
        if (!beyond[0].isEmpty()) {
            throw exhausted(beyond[0], "for this host and day");
        }
        byKey.put(key, forKey);
        ofProcess = forProcess;
        return new Reservation(key, day, most);
    }

    private static void require(Spending sum, Spending limit, String what) throws BudgetExhaustedException {
        String beyond = sum.beyond(limit);
        if (!beyond.isEmpty()) {
            throw exhausted(beyond, what);
        }
    }

    private static BudgetExhaustedException exhausted(String limit, String what) {
        return new BudgetExhaustedException("another call could pass the limit of " + limit + " " + what
                + ": raise it, or wait until what is reserved is given back");
    }

    /** Takes into account what an earlier process has spent for a key whose search goes on here; its day is booked. */
    public synchronized void carry(String key, Spending spent) {
        byKey.merge(key, spent, Spending::plus);
    }

    /** Returns what was spent and is reserved for a key. */
    public synchronized Spending spent(String key) {
        return byKey.getOrDefault(key, Spending.NONE);
    }

    /** Returns what was spent and is reserved in this process. */
    public synchronized Spending spent() {
        return ofProcess;
    }
}
