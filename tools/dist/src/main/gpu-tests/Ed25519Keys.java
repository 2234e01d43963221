import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** Writes a new Ed25519 key to {@code key.pem} and {@code key.pub.pem}, as openssl does where a host has that. */
final class Ed25519Keys {
    private Ed25519Keys() {}

    /** Writes both to the folder that is given. */
    public static void main(String[] arguments) throws GeneralSecurityException, IOException {
        Path folder = Path.of(arguments[0]);
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        write(folder.resolve("key.pem"), "PRIVATE KEY", keys.getPrivate().getEncoded());
        write(folder.resolve("key.pub.pem"), "PUBLIC KEY", keys.getPublic().getEncoded());
    }

    private static void write(Path file, String type, byte[] key) throws IOException {
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'})
                .encodeToString(key) + "\n-----END " + type + "-----\n");
    }
}
