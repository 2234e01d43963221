package dev.kernelwright.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.spi.KernelKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose packs a user's cache believes: folders in it with a file for each trusted key, for each revoked one, and for the
 * highest sequence number that was seen of each pack.
 */
public final class TrustedKeys {
    private static final String NEVER = "never";

    private final Markers keys;
    private final Markers revoked;
    private final Markers sequences;

    /**
     * A trusted key.
     *
     * @param id the SHA-256 of the key, in hexadecimal digits
     * @param expires when it is not believed any more; null for never
     * @param revoked whether it was revoked, for good
     */
    public record Trusted(String id, PublicKey key, @Nullable Instant expires, boolean revoked) {}

    private TrustedKeys(Path root, Disk disk) {
        this.keys = new Markers(root.resolve("trusted-keys"), disk);
        this.revoked = new Markers(root.resolve("revoked-keys"), disk);
        this.sequences = new Markers(root.resolve("pack-sequences"), disk);
    }

    /** Returns the keys that a cache trusts. */
    public static TrustedKeys of(Path root) {
        return new TrustedKeys(root, Disk.REAL);
    }

    /** Trusts a key, until a time if one is given; returns its identity. */
    public String trust(PublicKey key, @Nullable Instant expires) throws IOException {
        String id = PackSeal.keyId(key);
        keys.add(id, Base64.getEncoder().encodeToString(key.getEncoded()) + "\n"
                + (expires == null ? NEVER : expires.toString()) + "\n");
        return id;
    }

    /** Never trusts a key again, whether or not it was trusted. */
    public void revoke(String id) throws IOException {
        revoked.add(id, "revoked\n");
    }

    /** Returns the keys that are or were trusted. */
    public List<Trusted> all() throws IOException {
        List<Trusted> all = new ArrayList<>();
        for (String id : keys.names()) {
            find(id).ifPresent(all::add);
        }
        return List.copyOf(all);
    }

    /**
     * Returns a key that is or was trusted; one whose file is damaged is not.
     *
     * @throws IOException if that cannot be found out
     */
    Optional<Trusted> find(String id) throws IOException {
        try {
            Optional<String> text = keys.text(id);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            List<String> lines = text.get().lines().toList();
            PublicKey key = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(lines.getFirst())));
            Instant expires = lines.get(1).equals(NEVER) ? null : Instant.parse(lines.get(1));
            return PackSeal.keyId(key).equals(id)
                    ? Optional.of(new Trusted(id, key, expires, revoked.contains(id)))
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException
                | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns the trusted key that sealed a pack.
     *
     * @throws PackException if there is none that is to be believed now
     * @throws IOException if that cannot be found out
     */
    Trusted requireSigner(PackSeal seal, Instant now) throws PackException, IOException {
        if (!seal.isSigned()) {
            throw new PackException("the pack is not signed: sign it with 'kernelwright cache sign'");
        }
        String shortId = seal.keyId().substring(0, 12);
        Trusted signer = find(seal.keyId()).orElseThrow(() -> new PackException("the pack is signed by the key "
                + shortId + ", which is not trusted here: if it should be, run 'kernelwright cache trust' on it"));
        if (signer.revoked() || revoked.contains(seal.keyId())) {
            throw new PackException("the pack is signed by the key " + shortId
                    + ", which was revoked: get one that another key has signed");
        }
        if (signer.expires() != null && !now.isBefore(signer.expires())) {
            throw new PackException("the pack is signed by the key " + shortId + ", which is trusted until "
                    + signer.expires() + ": trust it for longer, or get one that another key has signed");
        }
        if (!seal.isSignedBy(signer.key())) {
            throw new PackException("the pack's signature is not that of the key " + shortId
                    + ": somebody else has written it");
        }
        return signer;
    }

    /**
     * Refuses an older edition of a pack than was seen before, and remembers this one.
     *
     * @param keep whether to remember it
     * @throws IOException if it cannot be found out what was seen
     */
    void requireNoRollback(String keyId, PackManifest manifest, boolean keep) throws PackException, IOException {
        String name = KernelKey.sha256((keyId + "\n" + manifest.name()).getBytes(UTF_8));
        long known = sequences.text(name).map(String::strip).filter(text -> text.matches("[0-9]{1,18}"))
                .map(Long::parseLong).orElse(0L);
        if (manifest.sequence() < known) {
            throw new PackException("the pack " + manifest.name() + " has the sequence number " + manifest.sequence()
                    + ", and " + known + " was seen before: get the newest edition, an older one may have faults that"
                    + " were mended");
        }
        if (keep && manifest.sequence() > known) {
            try {
                sequences.add(name, manifest.sequence() + "\n");
            } catch (IOException e) {
                // Remembered by this process; a read-only cache has nowhere to write it.
            }
        }
    }
}
