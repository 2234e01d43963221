package dev.kernelwright.tuning.llm.budget;

/**
 * What may be spent.
 *
 * @param perKey for the tuning of one key in this process
 * @param perProcess for all keys together in this process
 * @param perDay for all processes that share the ledger's folder on this host, from midnight to midnight UTC
 */
public record BudgetLimits(Spending perKey, Spending perProcess, Spending perDay) {
    /** Generous for one evening of tuning; money is unlimited until somebody says what it is. */
    public static final BudgetLimits DEFAULT = new BudgetLimits(
            new Spending(40, 1_500_000, Spending.UNLIMITED, 86_400_000),
            new Spending(1000, 20_000_000, Spending.UNLIMITED, Spending.UNLIMITED),
            new Spending(2000, 40_000_000, Spending.UNLIMITED, Spending.UNLIMITED));

    /** Returns whether money is limited somewhere, so that prices must be known. */
    public boolean limitsMoney() {
        return perKey.microDollars() != Spending.UNLIMITED || perProcess.microDollars() != Spending.UNLIMITED
                || perDay.microDollars() != Spending.UNLIMITED;
    }
}
