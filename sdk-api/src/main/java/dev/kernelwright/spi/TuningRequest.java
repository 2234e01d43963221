package dev.kernelwright.spi;

import dev.kernelwright.op.Workload;
import java.util.Optional;

/**
 * A workload to be tuned on a device.
 *
 * @param key what the record will be for
 * @param workload what is computed
 * @param backend the device
 * @param threads how many threads run blocks on the host
 * @param template the application's own template for the op, used in place of the backend's
 * @param budget what it may cost
 * @param rooflines tells what the device can do at most
 */
public record TuningRequest(KernelKey key, Workload workload, Backend backend, int threads,
        Optional<KernelTemplate> template, TuningBudget budget, Rooflines rooflines) {}
