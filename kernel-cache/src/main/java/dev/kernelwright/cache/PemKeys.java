package dev.kernelwright.cache;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Reads Ed25519 keys in PEM, as {@code openssl genpkey -algorithm ed25519} writes them. */
public final class PemKeys {
    private static final String ALGORITHM = "Ed25519";

    private PemKeys() {}

    /** Reads a private key. */
    public static PrivateKey privateKey(String pem) throws PackException {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(body(pem, "PRIVATE KEY")));
        } catch (GeneralSecurityException e) {
            throw new PackException("the private key is not an Ed25519 key: " + e.getMessage(), e);
        }
    }

    /** Reads a public key. */
    public static PublicKey publicKey(String pem) throws PackException {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(body(pem, "PUBLIC KEY")));
        } catch (GeneralSecurityException e) {
            throw new PackException("the public key is not an Ed25519 key: " + e.getMessage(), e);
        }
    }

    private static byte[] body(String pem, String kind) throws PackException {
        String begin = "-----BEGIN " + kind + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END " + kind + "-----");
        if (from < 0 || to < from) {
            throw new PackException("a " + kind + " in PEM was asked for, but the file has none: make one with 'openssl"
                    + " genpkey -algorithm ed25519', and its public half with 'openssl pkey -pubout'");
        }
        try {
            return Base64.getMimeDecoder()
                    .decode(pem.substring(from + begin.length(), to).getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new PackException("the " + kind + " is not base64: " + e.getMessage(), e);
        }
    }
}
