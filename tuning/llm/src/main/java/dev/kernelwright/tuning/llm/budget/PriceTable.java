package dev.kernelwright.tuning.llm.budget;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What tokens cost, by a model's address, for example {@code openai:gpt-5}.
 *
 * @param prices the price of each model
 */
public record PriceTable(Map<String, Price> prices) {
    /** Copies the prices. */
    public PriceTable {
        prices = Map.copyOf(prices);
    }

    /**
     * The price of a million tokens in dollars, which is that of a token in millionths of a dollar.
     *
     * @param input of a question
     * @param output of an answer
     */
    public record Price(double input, double output) {
        /** Checks the amounts. */
        public Price {
            if (!(input >= 0 && output >= 0) || Double.isInfinite(input) || Double.isInfinite(output)) {
                throw new IllegalArgumentException("a price of " + input + " and " + output
                        + " dollars for a million tokens was given: both must be numbers from 0 on");
            }
        }

        /** Returns the cost in millionths of a dollar, rounded up. */
        public long microDollars(long inputTokens, long outputTokens) {
            return (long) Math.ceil(input * inputTokens + output * outputTokens);
        }
    }

    /** Returns the price of a model, if it is known. */
    public Optional<Price> find(String model) {
        return Optional.ofNullable(prices.get(model));
    }

    /**
     * Returns the price of a model.
     *
     * @throws IllegalArgumentException if the table has none
     */
    public Price require(String model) {
        return find(model).orElseThrow(() -> new IllegalArgumentException("the model " + model
                + " was to be paid for, but the price table has " + new TreeMap<>(prices).keySet()
                + ": add its price, or take the limits on dollars away"));
    }
}
