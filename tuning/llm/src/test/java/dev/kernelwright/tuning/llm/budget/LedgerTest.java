package dev.kernelwright.tuning.llm.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final long NO = Spending.UNLIMITED;

    @TempDir
    private Path folder;

    private Ledger ledger(Spending key, Spending process, Spending day) {
        return new Ledger(new BudgetLimits(key, process, day), folder, NOW);
    }

    private static Spending of(long calls, long tokens) {
        return new Spending(calls, tokens, 10 * tokens, 0);
    }

    @Test
    void eachLimitEndsInASentenceThatNamesIt() throws Exception {
        Spending open = new Spending(NO, NO, NO, NO);
        Ledger calls = ledger(new Spending(1, NO, NO, NO), open, open);
        calls.reserve("a", of(1, 5)).settle(of(1, 5));
        assertThatThrownBy(() -> calls.reserve("a", of(1, 5))).isInstanceOf(BudgetExhaustedException.class)
                .hasMessageContaining("1 calls for this key");
        calls.reserve("b", of(1, 5));
        assertThatThrownBy(() -> ledger(open, new Spending(9, 100, NO, NO), open).reserve("a", of(1, 101)))
                .hasMessageContaining("100 tokens for this process");
        assertThatThrownBy(() -> ledger(open, open, new Spending(NO, NO, 2_000_000, NO)).reserve("a",
                new Spending(1, 1, 3_000_000, 0))).hasMessageContaining("2.0 dollars for this host and day");
        assertThatThrownBy(() -> ledger(new Spending(NO, NO, NO, 1500), open, open).reserve("a",
                new Spending(1, 1, 1, 1501))).hasMessageContaining("1.5 seconds for this key");
    }

    @Test
    void aBudgetOfZeroAllowsNothing() {
        assertThatThrownBy(() -> ledger(Spending.NONE, of(NO, NO / 100), of(NO, NO / 100)).reserve("a", of(1, 0)))
                .isInstanceOf(BudgetExhaustedException.class);
    }

    @Test
    void whatIsNotSpentIsGivenBackAndNoMoreIsBookedThanWasReserved() throws Exception {
        Ledger ledger = ledger(of(10, 1000), of(10, 1000), of(10, 1000));
        Ledger.Reservation first = ledger.reserve("a", of(1, 900));
        assertThatThrownBy(() -> ledger.reserve("a", of(1, 200))).isInstanceOf(BudgetExhaustedException.class);
        assertThat(first.settle(of(1, 100))).isEqualTo(of(1, 100));
        Ledger.Reservation second = ledger.reserve("a", of(1, 200));
        assertThat(second.settle(new Spending(1, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE)))
                .isEqualTo(of(1, 200));
        assertThat(ledger.spent("a")).isEqualTo(of(2, 300));
        assertThat(ledger.spent()).isEqualTo(of(2, 300));
        assertThatThrownBy(() -> second.settle(of(1, 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theDaySurvivesARestartWithWhatAKilledProcessHadReserved() throws Exception {
        Spending open = new Spending(NO, NO, NO, NO);
        Ledger killed = ledger(open, open, of(10, 1000));
        killed.reserve("a", of(1, 300)).settle(of(1, 100));
        killed.reserve("a", of(1, 500));
        Ledger next = ledger(open, open, of(10, 1000));
        assertThatThrownBy(() -> next.reserve("a", of(1, 401))).isInstanceOf(BudgetExhaustedException.class);
        next.reserve("a", of(1, 400));
        Ledger tomorrow = new Ledger(new BudgetLimits(open, open, of(10, 1000)), folder,
                Clock.offset(NOW, Duration.ofDays(1)));
        tomorrow.reserve("a", of(1, 1000));
    }

    @Test
    void aDamagedDayIsNoNewBudget() throws Exception {
        Spending open = new Spending(NO, NO, NO, NO);
        ledger(open, open, open).reserve("a", of(1, 1));
        Path file = folder.resolve("spent-2026-11-22.txt");
        for (String damaged : new String[]{"calls=0", "nonsense", "calls=-1 tokens=0 microDollars=0 millis=0\n",
                "x".repeat(10_000)}) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> ledger(open, open, open).reserve("a", of(1, 1))).isInstanceOf(IOException.class)
                    .hasMessageContaining("spent-2026-11-22.txt");
        }
    }

    @Test
    void noLimitIsPassedInRandomConcurrentRuns() throws Exception {
        runs(300);
    }

    @Test
    @Tag("stress")
    void noLimitIsPassedInTenThousandRandomConcurrentRuns() throws Exception {
        runs(10_000);
    }

    /** Each run has random limits, and several threads that reserve and settle at random. */
    private void runs(int count) throws Exception {
        Random random = new Random(42);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int run = 0; run < count; run++) {
                Path own = folder.resolve(Integer.toString(run));
                BudgetLimits limits = new BudgetLimits(amount(random, 40), amount(random, 80), amount(random, 100));
                Ledger ledger = new Ledger(limits, own, NOW);
                Meter meter = new Meter(limits);
                List<Future<?>> workers = new ArrayList<>();
                for (int worker = 0; worker < 4; worker++) {
                    long seed = random.nextLong();
                    workers.add(threads.submit(() -> work(new Random(seed), ledger, meter)));
                }
                for (Future<?> worker : workers) {
                    worker.get();
                }
                assertThat(ledger.spent()).as("the books at the end of run %d", run).isEqualTo(meter.settled());
                Path day = own.resolve("spent-2026-11-22.txt");
                String booked = Files.exists(day) ? Files.readString(day) : "";
                assertThat(booked.isEmpty() ? 0 : Long.parseLong(booked.substring(6, 24))).as(booked)
                        .isEqualTo(meter.settled().calls());
            }
        }
    }

    private static Spending amount(Random random, int bound) {
        return new Spending(1 + random.nextInt(bound / 4), 1 + random.nextInt(bound), 1 + random.nextInt(bound),
                1 + random.nextInt(bound));
    }

    private static Void work(Random random, Ledger ledger, Meter meter) throws Exception {
        for (int call = 0; call < 6; call++) {
            String key = "key" + random.nextInt(2);
            Spending most = new Spending(1, random.nextInt(20), random.nextInt(20), random.nextInt(20));
            try {
                Ledger.Reservation reservation = ledger.reserve(key, most);
                meter.add(key, most);
                Thread.onSpinWait();
                Spending claimed = new Spending(1, random.nextInt(30), random.nextInt(30), random.nextInt(30));
                meter.giveBack(key, most.minus(claimed.atMost(most)));
                assertThat(reservation.settle(claimed)).isEqualTo(claimed.atMost(most));
            } catch (BudgetExhaustedException e) {
                // That is what it is for.
            }
        }
        return null;
    }

    /**
     * Adds up by itself what was granted, after the grant, and takes off what is given back, before it is: so its sums are
     * never more than the truth, and a sum beyond a limit is a limit that was passed.
     */
    private static final class Meter {
        private final BudgetLimits limits;
        private final Map<String, Spending> byKey = new HashMap<>();
        private Spending all = Spending.NONE;

        Meter(BudgetLimits limits) {
            this.limits = limits;
        }

        synchronized void add(String key, Spending granted) {
            byKey.merge(key, granted, Spending::plus);
            all = all.plus(granted);
            assertThat(byKey.get(key).beyond(limits.perKey())).isEmpty();
            assertThat(all.beyond(limits.perProcess())).isEmpty();
            assertThat(all.beyond(limits.perDay())).isEmpty();
        }

        synchronized void giveBack(String key, Spending unspent) {
            byKey.merge(key, unspent, Spending::minus);
            all = all.minus(unspent);
        }

        synchronized Spending settled() {
            return all;
        }
    }
}
