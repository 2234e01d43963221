package dev.kernelwright.backend.opencl;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A program's binary behind a digest of it and of the driver that made it.
 *
 * <p>No driver is given a binary that another one made or that was damaged: not all of them look before they read, and
 * PoCL ends the process over one that was cut short.
 */
final class SealedBinary {
    private static final int DIGEST_BYTES = 32;

    private SealedBinary() {}

    /** Returns what a record keeps of a binary that the device's driver has made. */
    static byte[] seal(byte[] binary, OpenClDevice device) {
        byte[] sealed = Arrays.copyOf(digest(binary, 0, device), DIGEST_BYTES + binary.length);
        System.arraycopy(binary, 0, sealed, DIGEST_BYTES, binary.length);
        return sealed;
    }

    /**
     * Returns the binary for the driver.
     *
     * @throws KernelRejectedException if it was made by another one, or is not whole
     */
    static byte[] open(byte[] sealed, OpenClDevice device) throws KernelRejectedException {
        if (sealed.length <= DIGEST_BYTES || !MessageDigest.isEqual(Arrays.copyOf(sealed, DIGEST_BYTES),
                digest(sealed, DIGEST_BYTES, device))) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "a binary of " + sealed.length
                    + " bytes is damaged, or was not made by " + device.platformName() + " " + device.driver() + " for "
                    + device.name() + ": compile the source again");
        }
        return Arrays.copyOfRange(sealed, DIGEST_BYTES, sealed.length);
    }

    private static byte[] digest(byte[] bytes, int start, OpenClDevice device) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(String.join("\n", device.platformName(), device.vendor(), device.name(), device.version(),
                    device.driver(), "").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes, start, bytes.length - start);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
