package dev.kernelwright.tuning.llm.budget;

/**
 * An amount of everything that calls cost: what is allowed, reserved or spent.
 *
 * @param calls questions to a model
 * @param tokens tokens of questions and answers together
 * @param microDollars money in millionths of a dollar
 * @param millis time spent waiting for answers
 */
public record Spending(long calls, long tokens, long microDollars, long millis) {
    /** Nothing. */
    public static final Spending NONE = new Spending(0, 0, 0, 0);
    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Checks the amounts. */
    public Spending {
        if (calls < 0 || tokens < 0 || microDollars < 0 || millis < 0) {
            throw new IllegalArgumentException(
                    "a spending of " + calls + " calls, " + tokens + " tokens, " + microDollars
                            + " millionths of a dollar and " + millis + " ms was given: amounts are not negative");
        }
    }

    /** Returns the sum; what does not fit stays at the largest number. */
    Spending plus(Spending other) {
        return new Spending(add(calls, other.calls), add(tokens, other.tokens), add(microDollars, other.microDollars),
                add(millis, other.millis));
    }

    /** Returns what is left after another amount is taken away, at least nothing. */
    Spending minus(Spending other) {
        return new Spending(Math.max(0, calls - other.calls), Math.max(0, tokens - other.tokens),
                Math.max(0, microDollars - other.microDollars), Math.max(0, millis - other.millis));
    }

    /** Returns the smaller of each amount. */
    Spending atMost(Spending other) {
        return new Spending(Math.min(calls, other.calls), Math.min(tokens, other.tokens),
                Math.min(microDollars, other.microDollars), Math.min(millis, other.millis));
    }

    /** Returns what of this is beyond a limit, in words, or an empty text. */
    String beyond(Spending limit) {
        if (calls > limit.calls) {
            return limit.calls + " calls";
        }
        if (tokens > limit.tokens) {
            return limit.tokens + " tokens";
        }
        if (microDollars > limit.microDollars) {
            return limit.microDollars / 1e6 + " dollars";
        }
        return millis > limit.millis ? limit.millis / 1000.0 + " seconds" : "";
    }

    private static long add(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
