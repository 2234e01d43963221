package dev.kernelwright.tck;

import dev.kernelwright.op.OpDefinition;
import java.util.Locale;

/**
 * The kernels that the contract is tested with, each a file in the backend's language and in the form of a
 * {@link dev.kernelwright.spi.KernelTemplate}. All are of the op {@link #INCREMENT_OP} with its axis taken from the
 * arguments, and none needs to be fast.
 */
public enum ContractKernel {
    /** Adds 1, in one step and without a workspace. */
    INCREMENT,
    /**
     * Adds 1 in two steps: the first writes {@code x[i]} to element {@code n - 1 - i} of a workspace of {@code n} floats,
     * and the second writes {@code out[i] = workspace[n - 1 - i] + 1}.
     */
    INCREMENT_BY_WORKSPACE,
    /** Does not compile, since it uses {@code first_missing} and, on a later line, {@code second_missing}. */
    TWO_ERRORS,
    /** Never ends. */
    ENDLESS,
    /** Writes far outside its arguments, such as 16 TiB behind its output. */
    WRITES_FAR;

    /** {@code x[n] -> out[n]}, {@code out[i] = x[i] + 1}. */
    public static final OpDefinition INCREMENT_OP = OpDefinition.named("increment", 1)
            .formula("out[i] = x[i] + 1")
            .axes("n")
            .input("x", "n")
            .output("out", "n")
            .flops("n")
            .accuracy(1, "0")
            .exactOnIntegers()
            .reference("n", (call, i) -> call.put(0, i, call.input(0).get(i) + 1))
            .build();

    /** Returns the name of its file without the ending, for example {@code two_errors}. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
