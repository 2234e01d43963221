package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes packs: the same records give the same bytes. */
public final class PackWriter {
    private static final LocalDateTime TIMESTAMP = LocalDateTime.of(1980, 1, 1, 0, 0);

    private PackWriter() {}

    /**
     * What a pack is to say of itself, beside its records.
     *
     * @param expires when it is not to be used any more; null for never
     */
    public record Label(String name, long sequence, Instant created, @Nullable Instant expires, String license) {}

    /**
     * Writes a pack that nobody has signed; the file must not be there.
     *
     * <p>Of several records for one key and driver, the one that was made last is taken.
     *
     * @return what the pack says of itself
     * @throws PackException if a record or the label is not as it must be, or there is no record
     * @throws IOException if it could not be written
     */
    public static PackManifest write(Path file, Label label, List<TuningRecord> records)
            throws PackException, IOException {
        Map<String, TuningRecord> byName = new TreeMap<>();
        for (TuningRecord record : records) {
            byName.merge(RecordCodec.fileName(record.key(), record.target()), record,
                    (one, other) -> other.created().isAfter(one.created()) ? other : one);
        }
        if (byName.isEmpty()) {
            throw new PackException("a pack was to be written to " + file + ", but there is no record for it: tune"
                    + " something first, or choose another target");
        }
        PackManifest manifest;
        try {
            manifest = new PackManifest(label.name(), label.sequence(), label.created(), label.expires(),
                    label.license(), List.copyOf(byName.keySet()));
        } catch (IllegalArgumentException e) {
            throw new PackException(String.valueOf(e.getMessage()), e);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // Of the length of the seal, which takes its place.
            zip.setComment("-".repeat(PackSeal.BYTES));
            put(zip, PackManifest.FILE, manifest.encode());
            for (Map.Entry<String, TuningRecord> entry : byName.entrySet()) {
                put(zip, Pack.RECORDS + entry.getKey(), RecordCodec.encode(entry.getValue()));
            }
        } catch (RecordFormatException e) {
            throw new PackException("a record could not be written to the pack: " + e.getMessage(), e);
        }
        publish(file, sealed(bytes.toByteArray()), false);
        return manifest;
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(TIMESTAMP);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Puts an unsigned seal in the place of the last bytes. */
    static byte[] sealed(byte[] pack) {
        byte[] body = Arrays.copyOf(pack, pack.length - PackSeal.BYTES);
        byte[] seal = PackSeal.unsigned(KernelKey.sha256(body)).bytes();
        System.arraycopy(seal, 0, pack, body.length, seal.length);
        return pack;
    }

    /**
     * Signs a pack, in the place of an earlier signature.
     *
     * @param publicKey the other half of the key, by which users know it
     * @throws PackException if the pack is damaged, or the two are no halves of one key
     */
    public static String sign(Path file, PrivateKey privateKey, PublicKey publicKey)
            throws PackException, IOException {
        try (Pack pack = Pack.openUntrusted(file)) {
            PackSeal seal;
            try {
                seal = PackSeal.unsigned(Pack.bodyDigest(file)).sign(PackSeal.keyId(publicKey), privateKey);
            } catch (GeneralSecurityException e) {
                throw new PackException("the pack " + pack.manifest().name() + " could not be signed: " + e.getMessage()
                        + ": give an Ed25519 key", e);
            }
            if (!seal.isSignedBy(publicKey)) {
                throw new PackException("the private and the public key that were given are not halves of one key: give"
                        + " the public key that was made of the private one");
            }
            byte[] bytes = Files.readAllBytes(file);
            System.arraycopy(seal.bytes(), 0, bytes, bytes.length - PackSeal.BYTES, PackSeal.BYTES);
            publish(file, bytes, true);
            return seal.keyId();
        }
    }

    /** Writes a file as a whole or not at all. */
    private static void publish(Path file, byte[] bytes, boolean replace) throws IOException {
        if (!replace && Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
