package dev.kernelwright.spi;

/** Opens the tuner that is used when the application gives none; found with {@link java.util.ServiceLoader}. */
public interface TunerProvider {
    /** Opens a tuner; nothing is started before the first request. */
    Tuner open();
}
