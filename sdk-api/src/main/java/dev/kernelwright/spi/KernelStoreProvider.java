package dev.kernelwright.spi;

/** Opens the store that is used when the application gives none; found with {@link java.util.ServiceLoader}. */
public interface KernelStoreProvider {
    /** Opens the default store. MUST NOT throw: a store that cannot be opened reports it as a problem and keeps nothing. */
    KernelStore open();
}
