package dev.kernelwright.tuning.verify;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;

/**
 * How often a kernel may still give other bits for the same inputs.
 *
 * <p>A kernel has to give the same bits every time. But while HotSpot has not yet compiled all of it, and again after it
 * had to compile a part anew for another shape, the same Java code may sum the lanes of a vector in another order, as
 * {@code reduceLanes} is allowed to. So a few changes are forgiven, each launch being right by itself, until the
 * kernel has settled.
 */
final class BitChanges {
    private int left;

    /** Allows a number of changes. */
    BitChanges(int allowed) {
        this.left = allowed;
    }

    /**
     * Notes a change.
     *
     * @throws KernelRejectedException if there were too many
     */
    void note() throws KernelRejectedException {
        if (left-- == 0) {
            throw new KernelRejectedException(ReasonCode.NON_DETERMINISTIC, "launches on the same inputs gave different"
                    + " results again and again: the kernel must not depend on chance, on timing or on what its outputs"
                    + " and its workspace held before");
        }
    }
}
