package dev.kernelwright.tuning.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.tuning.llm.budget.BudgetExhaustedException;
import dev.kernelwright.tuning.llm.budget.Ledger;
import dev.kernelwright.tuning.llm.budget.PriceTable;
import dev.kernelwright.tuning.llm.budget.Spending;
import dev.kernelwright.tuning.llm.model.LanguageModel;
import dev.kernelwright.tuning.llm.model.ModelException;
import dev.kernelwright.tuning.llm.model.ModelReply;
import dev.kernelwright.tuning.llm.model.ModelRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Asks a model within the budget: reserves, asks, tries again where that can help, and books. The one place that does.
 *
 * <p>Every try is a call of its own in the books.
 */
final class ModelCaller {
    /** Beyond the texts: the roles and marks that a protocol adds. */
    private static final int OVERHEAD_TOKENS = 256;
    private static final int MAX_TRIES = 4;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);
    /** An estimate where nobody counts; such answers are not paid for. */
    private static final int BYTES_PER_TOKEN = 4;

    private final LanguageModel model;
    private final Optional<PriceTable.Price> price;
    private final Ledger ledger;
    private final CircuitBreaker breaker;
    private final RandomGenerator random;
    private final Sleeper sleeper;

    /** Waits. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    /**
     * An answer and what it cost.
     *
     * @param reply the answer
     * @param inputTokens what was booked for the question, at most
     * @param outputTokens what was booked for the answer
     * @param booked what the successful try cost
     */
    record Answer(ModelReply reply, long inputTokens, long outputTokens, Spending booked) {}

    ModelCaller(LanguageModel model, Optional<PriceTable.Price> price, Ledger ledger, CircuitBreaker breaker,
            RandomGenerator random, Sleeper sleeper) {
        this.model = model;
        this.price = price;
        this.ledger = ledger;
        this.breaker = breaker;
        this.random = random;
        this.sleeper = sleeper;
    }

    /** Returns the model's name. */
    String name() {
        return model.name();
    }

    /** Returns whether an answer may take all the time that there is. */
    boolean isPatient() {
        return model.isPatient();
    }

    /**
     * Asks.
     *
     * @param key the digest of the key that is tuned
     * @param request the question; its timeout is that of one try
     * @param deadlineNanos when no further try is worth while, on the clock of {@link System#nanoTime()}
     */
    Answer ask(String key, ModelRequest request, long deadlineNanos)
            throws ModelException, BudgetExhaustedException, IOException {
        for (int failed = 1;; failed++) {
            if (!breaker.allows()) {
                throw new ModelException(ModelException.Kind.TRANSIENT, "the model " + model.name() + " has failed "
                        + breaker.failures() + " times in a row and is not asked for a while");
            }
            try {
                Answer answer = askOnce(key, request);
                breaker.succeeded();
                return answer;
            } catch (ModelException e) {
                switch (e.kind()) {
                    case UNUSABLE -> breaker.succeeded();
                    case TRANSIENT -> {
                        breaker.failed();
                        Duration wait = e.retryAfter().orElse(backoff(FIRST_WAIT.multipliedBy(1L << failed)));
                        if (failed < MAX_TRIES && wait.compareTo(MAX_WAIT) <= 0
                                && System.nanoTime() + wait.toNanos() - deadlineNanos < 0) {
                            pause(wait);
                            continue;
                        }
                    }
                    case PERMANENT, PENDING, INTERRUPTED -> {
                        // Trying again is not for us.
                    }
                }
                throw e;
            }
        }
    }

    private Answer askOnce(String key, ModelRequest request)
            throws ModelException, BudgetExhaustedException, IOException {
        // A token has at least one byte, so this is more than the question can have.
        long most = (long) request.system().getBytes(UTF_8).length + request.user().getBytes(UTF_8).length
                + OVERHEAD_TOKENS;
        long outputMost = request.maxOutputTokens();
        Ledger.Reservation reservation = ledger.reserve(key, new Spending(1, most + outputMost,
                cost(most, outputMost), request.timeout().toMillis()));
        long start = System.nanoTime();
        ModelReply reply;
        try {
            reply = model.ask(request);
        } catch (ModelException e) {
            boolean charged = e.mayBeCharged() && model.isPaid();
            reservation.settle(new Spending(1, charged ? most + outputMost : 0, charged ? cost(most, outputMost) : 0,
                    millisSince(start)));
            throw e;
        } catch (RuntimeException e) {
            reservation.settle(new Spending(1, most + outputMost, cost(most, outputMost), millisSince(start)));
            throw e;
        }
        long input = tokens(reply.inputTokens(), most, most - OVERHEAD_TOKENS);
        long output = tokens(reply.outputTokens(), outputMost, reply.text().getBytes(UTF_8).length);
        Spending booked = reservation.settle(new Spending(1, input + output, cost(input, output), millisSince(start)));
        return new Answer(reply, input, output, booked);
    }

    /** What is claimed, within what can be; without a claim the most if it is paid for, else about what it is. */
    private long tokens(long claimed, long most, long bytes) {
        if (claimed >= 0) {
            return Math.min(claimed, most);
        }
        return model.isPaid() ? most : Math.min(most, Math.ceilDiv(bytes, BYTES_PER_TOKEN));
    }

    private long cost(long inputTokens, long outputTokens) {
        return price.map(each -> each.microDollars(inputTokens, outputTokens)).orElse(0L);
    }

    private static long millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    /** Returns a random part of a time, so that many who failed together do not come back together. */
    private Duration backoff(Duration longest) {
        return Duration.ofNanos(random.nextLong(1, longest.toNanos() + 1));
    }

    private void pause(Duration wait) throws ModelException {
        try {
            sleeper.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException(ModelException.Kind.INTERRUPTED, "the wait for the model " + model.name()
                    + " was interrupted");
        }
    }
}
