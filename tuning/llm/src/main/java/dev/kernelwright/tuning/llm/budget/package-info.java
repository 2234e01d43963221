/** What calls of models may cost: limits, prices, and the ledger that reserves before it is spent. */
@NullMarked
package dev.kernelwright.tuning.llm.budget;

import org.jspecify.annotations.NullMarked;
