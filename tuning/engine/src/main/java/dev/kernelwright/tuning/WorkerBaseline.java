package dev.kernelwright.tuning;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialWorker;
import dev.kernelwright.tuning.verify.KernelVerifier;
import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The baseline of a workload in whichever trial worker is used: loaded once in each, and checked in the first. */
final class WorkerBaseline {
    private final Backend backend;
    private final KernelSignature signature;
    private final KernelVerifier verifier;
    private @Nullable KernelBinary compiled;
    private boolean compilerAsked;
    private @Nullable TrialWorker worker;
    private OptionalInt number = OptionalInt.empty();
    private boolean checked;
    private double errorRms = Double.NaN;

    WorkerBaseline(Backend backend, KernelSignature signature, KernelVerifier verifier) {
        this.backend = backend;
        this.signature = signature;
        this.verifier = verifier;
    }

    /**
     * Returns its number in a worker, or nothing if the backend has none. The first worker must not have loaded any candidate
     * yet, which might spoil the baseline's results.
     *
     * @throws IOException if it cannot be compiled, loaded or relied on
     */
    OptionalInt in(TrialWorker current, Deadline deadline) throws IOException {
        if (current != worker) {
            number = current.loadBaseline(signature, compiled(), deadline);
            worker = current;
        }
        if (number.isPresent() && !checked) {
            errorRms = verifier.errorRms(current, number.getAsInt(), deadline);
            checked = true;
        }
        return number;
    }

    /**
     * Returns what it is compiled to, here and once for all workers, in which a compiler would first have to start; null if
     * they need none.
     *
     * @throws IOException if it cannot be compiled
     */
    @Nullable KernelBinary compiled() throws IOException {
        if (!compilerAsked) {
            try {
                compiled = backend.baselineBinary(signature).orElse(null);
            } catch (RuntimeException e) {
                throw new IOException("the baseline cannot be compiled: " + e.getMessage(), e);
            }
            compilerAsked = true;
        }
        return compiled;
    }

    /** Returns the root mean square of its errors, as {@link KernelVerifier#errorRms} has measured it; NaN if it was not. */
    double errorRms() {
        return errorRms;
    }
}
