package dev.kernelwright.tensor;

/**
 * An address space that tensors live in: the host's, or one device's.
 *
 * <p>Two spaces are the same only if they are the same object; a backend creates one for each device whose memory is
 * not the host's.
 */
public final class MemorySpace {
    /** Native memory of the host, addressable through {@link java.lang.foreign.MemorySegment}. */
    public static final MemorySpace HOST = new MemorySpace("host");

    private final String name;

    /** Creates the space of one device, named as the device is, for example {@code cuda:0}. */
    public MemorySpace(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
