package dev.kernelwright.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.spi.KernelKey;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of a pack's file: the SHA-256 of every byte before it, who signed that, and the signature.
 *
 * <p>It is the archive comment of the zip, so any zip tool opens a pack, and it has one length, so that the length, which
 * the zip's last record states, is among the bytes before it.
 *
 * @param sha256 of every byte before the seal, in hexadecimal digits
 * @param keyId the SHA-256 of the public key; {@link #NO_KEY} if it is not signed
 * @param signature in base64; {@link #NO_SIGNATURE} if it is not signed
 */
record PackSeal(String sha256, String keyId, String signature) {
    static final String NO_KEY = "0".repeat(64);
    static final String NO_SIGNATURE = "-".repeat(88);

    private static final String FORMAT = "kernelwright-pack-1 sha256=%s key=%s signature=%s\n";
    /** The last digit of 64 bytes has four spare bits, which decoders pass over: with any but 0 the seal is not ours. */
    private static final Pattern PATTERN = Pattern.compile("kernelwright-pack-1 sha256=([0-9a-f]{64})"
            + " key=([0-9a-f]{64}) signature=([A-Za-z0-9+/]{85}[AQgw]==|-{88})\n");
    /** The length of every seal. */
    static final int BYTES = FORMAT.formatted(NO_KEY, NO_KEY, NO_SIGNATURE).length();

    /** Returns the seal of a pack that nobody has signed. */
    static PackSeal unsigned(String sha256) {
        return new PackSeal(sha256, NO_KEY, NO_SIGNATURE);
    }

    /** Returns this seal, signed. */
    PackSeal sign(String publicKeyId, PrivateKey key) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(key);
        signer.update(signedText(sha256, publicKeyId));
        return new PackSeal(sha256, publicKeyId, Base64.getEncoder().encodeToString(signer.sign()));
    }

    boolean isSigned() {
        return !keyId.equals(NO_KEY);
    }

    /** Returns whether the signature is that of a key; never throws for one that is not. */
    boolean isSignedBy(PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signedText(sha256, keyId));
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** What is signed says what for, so that the signature is good for nothing else. */
    private static byte[] signedText(String sha256, String keyId) {
        return ("kernelwright-pack-1\n" + sha256 + "\n" + keyId + "\n").getBytes(UTF_8);
    }

    /** Returns the identity of a public key. */
    static String keyId(PublicKey key) {
        return KernelKey.sha256(key.getEncoded());
    }

    byte[] bytes() {
        return FORMAT.formatted(sha256, keyId, signature).getBytes(US_ASCII);
    }

    /** Reads a seal. */
    static PackSeal parse(byte[] bytes) throws PackException {
        Matcher matcher = PATTERN.matcher(new String(bytes, US_ASCII));
        if (!matcher.matches()) {
            throw new PackException("the file does not end with a pack's seal: it was cut off, changed, or is something"
                    + " else");
        }
        return new PackSeal(matcher.group(1), matcher.group(2), matcher.group(3));
    }
}
