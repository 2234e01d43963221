package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackTest {
    private static final KernelKey KEY = Records.key("packed@1");
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    @TempDir
    private Path folder;
    private Path file;
    private TrustedKeys trust;
    private KeyPair keys;

    @BeforeEach
    void makeKeys() throws IOException, GeneralSecurityException {
        file = folder.resolve("test.kwpack");
        keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        trust = TrustedKeys.of(folder);
        trust.trust(keys.getPublic(), null);
    }

    private static PackWriter.Label label(long sequence) {
        return new PackWriter.Label("test", sequence, NOW, null, "Apache-2.0");
    }

    /** Writes a signed pack of small records. */
    private Path pack(long sequence, TuningRecord... records) throws Exception {
        Files.deleteIfExists(file);
        PackWriter.write(file, label(sequence), List.of(records));
        PackWriter.sign(file, keys.getPrivate(), keys.getPublic());
        return file;
    }

    private Pack mount() throws Exception {
        return Pack.mount(file, trust, NOW);
    }

    private void assertRefused(String reason) {
        assertThatExceptionOfType(PackException.class).isThrownBy(() -> mount().close()).withMessageContaining(reason);
    }

    @Test
    void whatIsPackedIsFoundInTheMountedPack() throws Exception {
        TuningRecord record = Records.small(KEY);
        TuningRecord forDriver = Records.madeWithDriver(Records.key("driven@1"), "12.4");
        pack(1, record, forDriver);
        try (Pack pack = mount()) {
            Records.assertSame(pack.find(KEY, Records.TARGET).orElseThrow(), record);
            assertThat(pack.find(Records.key("absent@1"), Records.TARGET)).isEmpty();
            Records.assertSame(pack.find(forDriver.key(), Records.withDriver("13")).orElseThrow(), forDriver);
            assertThat(pack.find(forDriver.key(), Records.withDriver("11"))).isEmpty();
            assertThat(pack.keys()).containsExactlyInAnyOrder(KEY, forDriver.key());
            assertThat(pack.manifest().license()).isEqualTo("Apache-2.0");
        }
    }

    @Test
    void theSameRecordsGiveTheSameBytes() throws Exception {
        byte[] first = Files.readAllBytes(pack(1, Records.small(KEY), Records.small(Records.key("b@1"))));
        assertThat(pack(1, Records.small(Records.key("b@1")), Records.small(KEY))).hasBinaryContent(first);
    }

    @Test
    void ofTwoRecordsForAKeyTheLaterIsPacked() throws Exception {
        TuningRecord later = Records.createdAt(Records.tuned(KEY, "later"), Records.CREATED.plusSeconds(1));
        pack(1, later, Records.tuned(KEY, "earlier"));
        try (Pack pack = mount()) {
            Records.assertSame(pack.find(KEY, Records.TARGET).orElseThrow(), later);
        }
    }

    @Test
    void everyFlippedByteRefusesTheWhole() throws Exception {
        byte[] sound = Files.readAllBytes(pack(1, Records.small(KEY), Records.small(Records.key("b@1"))));
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= (byte) (1 << (i % 8));
            Files.write(file, damaged);
            assertRefused("");
        }
        Files.write(file, sound);
        assertThatNoException().isThrownBy(() -> mount().close());
    }

    @Test
    void everyTruncationRefusesTheWhole() throws Exception {
        byte[] sound = Files.readAllBytes(pack(1, Records.small(KEY)));
        for (int length = 0; length < sound.length; length++) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertRefused("");
        }
    }

    @Test
    void aPackThatNobodySignedOrThatAStrangerSignedIsRefused() throws Exception {
        PackWriter.write(file, label(1), List.of(Records.small(KEY)));
        assertRefused("is not signed");
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        PackWriter.sign(file, stranger.getPrivate(), stranger.getPublic());
        assertRefused("which is not trusted here");
    }

    @Test
    void aSignatureUnderATrustedKeysNameMustBeThatKeys() throws Exception {
        pack(1, Records.small(KEY));
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        PackSeal seal = PackSeal.unsigned(Pack.bodyDigest(file)).sign(PackSeal.keyId(keys.getPublic()),
                stranger.getPrivate());
        byte[] bytes = Files.readAllBytes(file);
        System.arraycopy(seal.bytes(), 0, bytes, bytes.length - PackSeal.BYTES, PackSeal.BYTES);
        Files.write(file, bytes);
        assertRefused("somebody else has written it");
        assertThatExceptionOfType(PackException.class)
                .isThrownBy(() -> PackWriter.sign(file, stranger.getPrivate(), keys.getPublic()))
                .withMessageContaining("halves of one key");
    }

    @Test
    void aRevokedOrExpiredKeyIsRefused() throws Exception {
        pack(1, Records.small(KEY));
        String id = trust.trust(keys.getPublic(), NOW.plusSeconds(1));
        mount().close();
        trust.trust(keys.getPublic(), NOW);
        assertRefused("which is trusted until");
        trust.trust(keys.getPublic(), null);
        trust.revoke(id);
        assertRefused("which was revoked");
    }

    @Test
    void aRevocationOrASequenceNumberThatCannotBeReadRefuses() throws Exception {
        pack(1, Records.small(KEY));
        for (String unreadable : List.of("revoked-keys", "pack-sequences")) {
            Path inTheWay = Files.writeString(folder.resolve(unreadable), "no folder");
            assertThatIOException().isThrownBy(() -> mount().close()).withMessageContaining(inTheWay.toString());
            Files.delete(inTheWay);
        }
        mount().close();
    }

    @Test
    void aKeyFileThatWasChangedIsNoTrustedKey() throws Exception {
        pack(1, Records.small(KEY));
        Path keyFile = folder.resolve("trusted-keys").resolve(PackSeal.keyId(keys.getPublic()));
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(keyFile, Base64.getEncoder().encodeToString(stranger.getPublic().getEncoded())
                + "\nnever\n");
        assertRefused("which is not trusted here");
    }

    @Test
    void anExpiredPackIsRefused() throws Exception {
        PackWriter.write(file, new PackWriter.Label("test", 1, NOW, NOW.minusSeconds(1), "MIT"),
                List.of(Records.small(KEY)));
        PackWriter.sign(file, keys.getPrivate(), keys.getPublic());
        assertRefused("expired at");
    }

    @Test
    void anOlderEditionThanWasSeenIsRefused() throws Exception {
        pack(2, Records.small(KEY));
        mount().close();
        pack(1, Records.small(KEY));
        assertRefused("2 was seen before");
        pack(2, Records.small(KEY));
        mount().close();
    }

    /** What a trusted signer's tool might do wrong, or a stolen key be used for. */
    @Test
    void anExtraDuplicateMissingOrEscapingFileRefusesTheWhole() throws Exception {
        String name = RecordCodec.fileName(KEY, Records.small(KEY).target());
        byte[] manifest = new PackManifest("test", 1, NOW, null, "MIT", List.of(name)).encode();
        byte[] record = RecordCodec.encode(Records.small(KEY));
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("manifest.json", manifest);
        files.put("records/" + name, record);
        signed(zip(files));
        mount().close();

        files.put("records/extra.json", record);
        signed(zip(files));
        assertRefused("which its manifest does not name");
        files.remove("records/extra.json");
        files.put("../../escape.json", record);
        signed(zip(files));
        assertRefused("which its manifest does not name");
        files.remove("../../escape.json");

        files.put("records/" + name.replace(".json", ".jsoM"), record);
        // Two entries of one name, which no zip library writes.
        signed(new String(zip(files), StandardCharsets.ISO_8859_1).replace(".jsoM", ".json")
                .getBytes(StandardCharsets.ISO_8859_1));
        assertRefused("two files called");

        signed(zip(Map.of("manifest.json", manifest)));
        assertRefused("lacks the record");
        signed(zip(Map.of("records/" + name, record)));
        assertRefused("has no manifest.json");
        signed(zip(Map.of("manifest.json", new String(manifest, StandardCharsets.UTF_8).replace(name, "../" + name)
                .getBytes(StandardCharsets.UTF_8))));
        assertRefused("no name of a record's file");
        signed(zip(Map.of("manifest.json", new String(manifest, StandardCharsets.UTF_8).replace(": ", ":  ")
                .getBytes(StandardCharsets.UTF_8))));
        assertRefused("not in its canonical form");
        signed(new byte[1_000]);
        assertRefused("is no zip file");
    }

    @Test
    void aBombIsRefusedBeforeItIsUnpacked() throws Exception {
        String name = RecordCodec.fileName(KEY, Records.small(KEY).target());
        byte[] manifest = new PackManifest("test", 1, NOW, null, "MIT", List.of(name)).encode();
        signed(zip(Map.of("manifest.json", manifest, "records/" + name, new byte[10_000_000])));
        assertRefused("200 to 1 are allowed");
        signed(zip(Map.of("manifest.json", manifest, "records/" + name, new byte[RecordCodec.MAX_BYTES + 1])));
        assertRefused("at most");
    }

    @Test
    void aRecordThatIsNotWhatItsNameSaysIsAMissAndReported() throws Exception {
        String name = RecordCodec.fileName(KEY, Records.small(KEY).target());
        byte[] manifest = new PackManifest("test", 1, NOW, null, "MIT", List.of(name)).encode();
        signed(zip(Map.of("manifest.json", manifest, "records/" + name,
                RecordCodec.encode(Records.small(Records.key("another@1"))))));
        FaultLog faults = new FaultLog();
        try (Pack pack = Pack.mount(file, trust, NOW, true, faults)) {
            assertThat(pack.find(KEY, Records.TARGET)).isEmpty();
            assertThat(faults.sentences()).singleElement().asString().contains("is another one's");
        }
    }

    @Test
    void importedPacksAreLayersOfTheCacheInTheOrderOfTheirNames() throws Exception {
        Path root = folder.resolve("cache");
        DirectoryStore.open(root).close();
        TrustedKeys.of(root).trust(keys.getPublic(), null);
        Path packs = Files.createDirectory(root.resolve("packs"));
        Files.copy(pack(1, Records.tuned(KEY, "a")), packs.resolve("a.kwpack"));
        Files.copy(pack(1, Records.tuned(KEY, "b")), packs.resolve("b.kwpack"));
        Files.writeString(packs.resolve("c.kwpack"), "no pack");
        try (LayeredStore store = new CacheLayers(Map.of(), List.of()).open(root)) {
            assertThat(store.find(KEY, Records.TARGET)).get().satisfies(found -> {
                assertThat(found.imported()).isTrue();
                assertThat(found.record().kernel().source().text()).isEqualTo("a");
            });
            assertThat(store.lowerLocations()).hasSize(2);
            assertThat(store.problems()).singleElement().asString().contains("c.kwpack is not used");
        }
    }

    @Test
    void keysInPemAreRead() throws Exception {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        assertThat(PemKeys.publicKey(pem)).isEqualTo(keys.getPublic());
        assertThatExceptionOfType(PackException.class).isThrownBy(() -> PemKeys.privateKey(pem))
                .withMessageContaining("openssl genpkey");
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setComment("-".repeat(PackSeal.BYTES));
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** Writes any bytes as a pack that the trusted key has signed. */
    private void signed(byte[] zip) throws Exception {
        byte[] pack = zip.clone();
        byte[] body = Arrays.copyOf(pack, pack.length - PackSeal.BYTES);
        byte[] seal = PackSeal.unsigned(KernelKey.sha256(body)).sign(PackSeal.keyId(keys.getPublic()),
                keys.getPrivate()).bytes();
        System.arraycopy(seal, 0, pack, body.length, seal.length);
        Files.write(file, pack);
    }
}
