package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A pack that is mounted: records in one signed zip file, read where they are.
 *
 * <p>Before anything in it is parsed, all of its bytes are known to be those that a trusted key signed. Only then it is
 * opened as a zip, whose files must be the manifest's, no more and no fewer, each within its limit.
 */
public final class Pack implements Layer {
    /** What the name of a pack's file ends with. */
    public static final String SUFFIX = ".kwpack";
    /** The largest pack, in bytes. */
    public static final long MAX_BYTES = 1L << 30;

    static final String RECORDS = "records/";
    /** What all records may have together when they are read; one at a time is in memory. */
    private static final long MAX_UNPACKED_BYTES = 8L << 30;
    /** DEFLATE cannot do more than 1,032; records, which are text and code, stay far below. */
    private static final long MAX_RATIO = 200;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final ZipFile zip;
    private final PackManifest manifest;
    private final String keyId;
    private final NavigableSet<String> records;
    private final FaultLog faults;

    private Pack(Path file, ZipFile zip, PackManifest manifest, String keyId, FaultLog faults) {
        this.file = file;
        this.zip = zip;
        this.manifest = manifest;
        this.keyId = keyId;
        this.records = Collections.unmodifiableNavigableSet(new TreeSet<>(manifest.records()));
        this.faults = faults;
    }

    /**
     * Mounts a pack that a trusted key has signed.
     *
     * @throws PackException if it must not be used, the whole of it
     * @throws IOException if it cannot be read
     */
    public static Pack mount(Path file, TrustedKeys trust, Instant now) throws PackException, IOException {
        return mount(file, trust, now, true, new FaultLog());
    }

    /**
     * Opens a pack as {@link #mount} does, but remembers nothing of it.
     *
     * @throws PackException if it must not be used, the whole of it
     * @throws IOException if it cannot be read
     */
    public static Pack inspect(Path file, TrustedKeys trust, Instant now) throws PackException, IOException {
        return mount(file, trust, now, false, new FaultLog());
    }

    static Pack mount(Path file, TrustedKeys trust, Instant now, boolean remember, FaultLog faults)
            throws PackException, IOException {
        CacheFolder.requireTrusted(file);
        PackSeal seal = readSeal(file);
        TrustedKeys.Trusted signer = trust.requireSigner(seal, now);
        requireDigest(file, seal);
        Pack pack = open(file, seal, faults);
        try {
            PackManifest manifest = pack.manifest;
            if (manifest.expires() != null && !now.isBefore(manifest.expires())) {
                throw new PackException("the pack " + manifest.name() + " expired at " + manifest.expires()
                        + ": get a newer edition");
            }
            trust.requireNoRollback(signer.id(), manifest, remember);
            return pack;
        } catch (PackException | IOException e) {
            pack.close();
            throw e;
        }
    }

    /**
     * Opens a pack whether or not anybody signed it, to be merged, signed or looked at; its digest is checked.
     *
     * @throws PackException if it is damaged, or no pack
     */
    public static Pack openUntrusted(Path file) throws PackException, IOException {
        PackSeal seal = readSeal(file);
        requireDigest(file, seal);
        return open(file, seal, new FaultLog());
    }

    static PackSeal readSeal(Path file) throws PackException, IOException {
        if (!Files.isRegularFile(file)) {
            throw new PackException("a pack was asked for at " + file + ", where there is no file: name one");
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long length = in.length();
            if (length < PackSeal.BYTES || length > MAX_BYTES) {
                throw new PackException("the file " + file + " has " + length + " bytes: a pack has " + PackSeal.BYTES
                        + " to " + MAX_BYTES);
            }
            byte[] seal = new byte[PackSeal.BYTES];
            in.seek(length - seal.length);
            in.readFully(seal);
            return PackSeal.parse(seal);
        }
    }

    private static void requireDigest(Path file, PackSeal seal) throws PackException, IOException {
        String found = bodyDigest(file);
        if (!found.equals(seal.sha256())) {
            throw new PackException("the pack " + file + " has the sha256 " + found
                    + ", which is not what its seal says: it was changed after it was written");
        }
    }

    /** Returns the digest of all but the seal. */
    static String bodyDigest(Path file) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long left = in.getChannel().size() - PackSeal.BYTES;
            byte[] buffer = new byte[BUFFER_BYTES];
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    break;
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256, which every Java platform must have", e);
        }
    }

    private static Pack open(Path file, PackSeal seal, FaultLog faults) throws PackException, IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (IOException | IllegalArgumentException e) {
            throw new PackException("the pack " + file + " is no zip file: " + e.getMessage(), e);
        }
        try {
            return new Pack(file, zip, readManifest(zip), seal.keyId(), faults);
        } catch (PackException | IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static PackManifest readManifest(ZipFile zip) throws PackException, IOException {
        // By going through all: by its name, a file could be found of which there are two.
        Set<String> found = new HashSet<>();
        long bytes = 0;
        for (Iterator<? extends ZipEntry> entries = zip.entries().asIterator(); entries.hasNext();) {
            ZipEntry entry = entries.next();
            if (!found.add(entry.getName())) {
                throw new PackException("the pack has two files called '" + entry.getName() + "': nobody can say which"
                        + " is meant");
            }
            if (found.size() > PackManifest.MAX_RECORDS + 1) {
                throw new PackException("the pack has more than " + PackManifest.MAX_RECORDS + " records");
            }
            bytes += requireSize(entry);
            if (bytes > MAX_UNPACKED_BYTES) {
                throw new PackException("the pack's records have more than " + MAX_UNPACKED_BYTES + " bytes together");
            }
        }
        ZipEntry entry = zip.getEntry(PackManifest.FILE);
        if (entry == null) {
            throw new PackException("the pack has no " + PackManifest.FILE + ": it is some other zip file");
        }
        PackManifest manifest = PackManifest.decode(read(zip, entry));
        found.remove(PackManifest.FILE);
        for (String record : manifest.records()) {
            if (!found.remove(RECORDS + record)) {
                throw new PackException("the pack lacks the record " + record + ", which its manifest names");
            }
        }
        if (!found.isEmpty()) {
            throw new PackException("the pack has the file '" + found.iterator().next()
                    + "', which its manifest does not name");
        }
        return manifest;
    }

    private static long requireSize(ZipEntry entry) throws PackException {
        long bytes = entry.getSize();
        if (bytes < 0 || bytes > RecordCodec.MAX_BYTES || entry.getCompressedSize() < 0
                || bytes / MAX_RATIO > entry.getCompressedSize()) {
            throw new PackException("the pack has the file '" + entry.getName() + "' of " + bytes + " bytes in "
                    + entry.getCompressedSize() + ": at most " + RecordCodec.MAX_BYTES + " and " + MAX_RATIO
                    + " to 1 are allowed");
        }
        return bytes;
    }

    /** Reads a file of the zip, but no more of it than it says that it has. */
    private static byte[] read(ZipFile zip, ZipEntry entry) throws PackException, IOException {
        requireSize(entry);
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize() + 1);
            if (bytes.length != entry.getSize()) {
                throw new PackException("the pack's file '" + entry.getName() + "' is not as long as it says");
            }
            return bytes;
        } catch (ZipException | EOFException e) {
            throw new PackException("the pack's file '" + entry.getName() + "' cannot be unpacked: " + e.getMessage(),
                    e);
        }
    }

    /** Returns what the pack says of itself. */
    public PackManifest manifest() {
        return manifest;
    }

    /** Returns the identity of the key that is said to have signed it. */
    public String keyId() {
        return keyId;
    }

    /**
     * Returns the record in a file of the pack.
     *
     * @throws PackException if it is not the record that its name says
     */
    public TuningRecord record(String name) throws PackException, IOException {
        ZipEntry entry = zip.getEntry(RECORDS + name);
        if (entry == null) {
            throw new PackException("the record " + name + " was asked for, which the pack does not have");
        }
        try {
            TuningRecord record = RecordCodec.decode(read(zip, entry));
            if (!RecordCodec.fileName(record.key(), record.target()).equals(name)) {
                throw new PackException("the pack's record " + name + " is another one's: it was not written by"
                        + " Kernelwright");
            }
            return record;
        } catch (RecordFormatException e) {
            throw new PackException("the pack's record " + name + " is not used: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key, Target target) {
        // '/' is next after '.', with which all of a key's names go on.
        return records.subSet(key.digest() + ".", key.digest() + "/").stream()
                .flatMap(name -> readable(name).stream())
                .filter(record -> record.key().equals(key) && target.tooEarlyFor(record.target()).isEmpty())
                .max(Comparator.comparing(TuningRecord::created));
    }

    private Optional<TuningRecord> readable(String name) {
        try {
            return Optional.of(record(name));
        } catch (PackException | IOException | IllegalStateException e) {
            faults.warn(Kind.UNREADABLE, "a record of the pack " + file + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>();
        records.forEach(name -> readable(name).ifPresent(record -> keys.add(record.key())));
        return List.copyOf(keys);
    }

    @Override
    public String location() {
        return file.toString();
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, "the pack " + file + " could not be closed: " + e.getMessage());
        }
    }
}
