package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import dev.kernelwright.spi.KernelKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated records, manifests and packs, each with digests and signatures that fit, so that it is the parsers that meet
 * them: they give a value or the exception that they declare, soon and in little memory.
 *
 * <p>{@code -Dkernelwright.fuzz=PT1H} says for how long; a failure names its seed.
 */
class FuzzTest {
    /** Some seconds' worth. */
    private static final int INPUTS = 3_000;
    /** Of the processor's time, which a busy machine does not take from us; what is read takes microseconds. */
    private static final Duration MAX_CPU_TIME = Duration.ofSeconds(10);
    /** How long after its end a run is stopped: what waits for something uses no processor. */
    private static final Duration HANG = Duration.ofMinutes(5);
    private static final long MAX_ALLOCATED_BYTES = 256L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final KernelKey KEY = Records.key("fuzzed@1");
    private static final List<String> TOKENS = List.of("{", "}", "[", "]", "\"", ",", ":", "0", "-1", "1e999", "null",
            "true", "\\u0000", "\\ud800", "9223372036854775808", "\"formatVersion\": 5", "ceil_div(", "((((((((((",
            "max(a,b)", "A=", "99999999999999999999999999999", "\u0000", "\n", "../", "records/");

    @TempDir
    private Path folder;
    private volatile long seed;

    @Test
    void parsersAnswerOrRefuseWhateverTheyAreGiven() throws Exception {
        fuzz(Duration.ZERO, INPUTS, 1);
    }

    @Test
    @Tag("stress")
    void parsersAnswerOrRefuseWhateverTheyAreGivenForAnHour() throws Exception {
        fuzz(Duration.parse(System.getProperty("kernelwright.fuzz", "PT1H")), 0, System.nanoTime());
    }

    private void fuzz(Duration time, long atLeast, long first) {
        assertTimeoutPreemptively(time.plus(HANG), () -> fuzzFor(time, atLeast, first),
                () -> "the seed " + seed + " does not end");
    }

    private void fuzzFor(Duration time, long atLeast, long first) throws Exception {
        byte[] record = RecordCodec.encode(Records.tuned(KEY));
        byte[] manifest = new PackManifest("fuzzed", 1, Instant.EPOCH, null, "MIT",
                List.of(RecordCodec.fileName(KEY, Records.TARGET))).encode();
        PackFuzz packs = new PackFuzz(manifest, record);
        long end = System.nanoTime() + time.toNanos();
        long inputs = 0;
        int read = 0;
        while (inputs < atLeast || System.nanoTime() - end < 0) {
            seed = first + inputs;
            SplittableRandom random = new SplittableRandom(seed);
            long used = THREADS.getCurrentThreadCpuTime();
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            try {
                read += switch (random.nextInt(4)) {
                    case 0 -> fuzzRecord(mutate(record, random));
                    case 1 -> fuzzRecord(Records.sign(atLeast(mutate(record, random), 100)));
                    case 2 -> fuzzManifest(mutate(manifest, random));
                    default -> packs.fuzz(random);
                };
            } catch (RuntimeException | Error e) {
                throw new AssertionError("undeclared, with the seed " + seed, e);
            }
            assertThat(THREADS.getCurrentThreadCpuTime() - used).as("nanoseconds with the seed %s", seed)
                    .isLessThan(MAX_CPU_TIME.toNanos());
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).as("bytes with the seed %s", seed)
                    .isLessThan(MAX_ALLOCATED_BYTES);
            inputs++;
        }
        System.out.printf("%d inputs from the seed %d on, %d of them sound%n", inputs, first, read);
        // Otherwise nothing was met but the first check.
        assertThat(read).isPositive();
    }

    private static byte[] atLeast(byte[] bytes, int length) {
        return bytes.length >= length ? bytes : Arrays.copyOf(bytes, length);
    }

    private static int fuzzRecord(byte[] file) {
        try {
            byte[] again = RecordCodec.encode(RecordCodec.decode(file));
            // By bytes: comparing field by field allocates gigabytes for some plans.
            assertThat(RecordCodec.encode(RecordCodec.decode(again))).isEqualTo(again);
            return 1;
        } catch (RecordFormatException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 0;
        }
    }

    private static int fuzzManifest(byte[] file) {
        try {
            PackManifest.decode(file);
            return 1;
        } catch (PackException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 0;
        }
    }

    /** Mutates a pack, and signs what comes out. */
    private final class PackFuzz {
        private final byte[] manifest;
        private final byte[] record;
        private final byte[] sound;
        private final KeyPair keys;
        private final TrustedKeys trust;
        private final Path file;
        private final FaultLog faults = new FaultLog();

        PackFuzz(byte[] manifest, byte[] record) throws IOException, GeneralSecurityException {
            this.manifest = manifest;
            this.record = record;
            this.sound = zip(manifest, record);
            this.keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            this.trust = TrustedKeys.of(folder);
            trust.trust(keys.getPublic(), null);
            this.file = folder.resolve("fuzzed.kwpack");
        }

        private byte[] zip(byte[] manifestFile, byte[] recordFile) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                zip.setComment("-".repeat(PackSeal.BYTES));
                for (Map.Entry<String, byte[]> entry : List.of(Map.entry("manifest.json", manifestFile),
                        Map.entry("records/" + RecordCodec.fileName(KEY, Records.TARGET), recordFile))) {
                    zip.putNextEntry(new ZipEntry(entry.getKey()));
                    zip.write(entry.getValue());
                    zip.closeEntry();
                }
            }
            return bytes.toByteArray();
        }

        int fuzz(SplittableRandom random) throws IOException, GeneralSecurityException {
            byte[] pack = switch (random.nextInt(3)) {
                case 0 -> zip(mutate(manifest, random), record);
                case 1 -> zip(manifest, mutate(record, random));
                default -> {
                    byte[] body = flip(Arrays.copyOf(sound, sound.length - PackSeal.BYTES), random);
                    yield Arrays.copyOf(body, body.length + PackSeal.BYTES);
                }
            };
            byte[] body = Arrays.copyOf(pack, pack.length - PackSeal.BYTES);
            byte[] seal = PackSeal.unsigned(KernelKey.sha256(body))
                    .sign(PackSeal.keyId(keys.getPublic()), keys.getPrivate()).bytes();
            System.arraycopy(seal, 0, pack, body.length, seal.length);
            Files.write(file, pack);
            try (Pack mounted = Pack.mount(file, trust, Instant.EPOCH, false, faults)) {
                int found = mounted.find(KEY, Records.TARGET).isPresent() ? 1 : 0;
                mounted.keys();
                return found;
            } catch (PackException e) {
                assertThat(e.getMessage()).isNotBlank();
                return 0;
            }
        }
    }

    /** Changes some bytes, most of all those of a zip's headers. */
    private static byte[] flip(byte[] bytes, SplittableRandom random) {
        byte[] changed = bytes.clone();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            int at = random.nextBoolean() ? random.nextInt(changed.length) : changed.length - 1 - random.nextInt(200);
            changed[at] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private static byte[] mutate(byte[] file, SplittableRandom random) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(1, 4); i > 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + random.nextInt(1, 60));
            text = switch (random.nextInt(6)) {
                case 0 -> text.substring(0, at) + text.substring(to);
                case 1 -> text.substring(0, to) + text.substring(at);
                case 2 -> text.substring(0, at) + TOKENS.get(random.nextInt(TOKENS.size())) + text.substring(at);
                case 3 -> text.substring(0, at) + TOKENS.get(random.nextInt(TOKENS.size())) + text.substring(to);
                case 4 -> text.substring(0, at) + TOKENS.get(random.nextInt(TOKENS.size()))
                        .repeat(random.nextInt(1, 2_000)) + text.substring(at);
                default -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
            };
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
