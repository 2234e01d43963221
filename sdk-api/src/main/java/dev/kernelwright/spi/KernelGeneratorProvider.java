package dev.kernelwright.spi;

import java.util.Optional;

/**
 * Offers a generator that a tuner asks after the templates; found with {@link java.util.ServiceLoader}.
 *
 * <p>A program that ships none tunes with templates alone.
 */
public interface KernelGeneratorProvider {
    /**
     * Opens the generator, or none where nothing is configured for it.
     *
     * @throws IllegalStateException if what is configured cannot be used; the message is one sentence with the cure
     */
    Optional<KernelGenerator> open();
}
