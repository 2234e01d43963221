package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pack's way from one machine to another, and what the receiver can do with its records. */
class PackCommandTest {
    private static final String WORKLOAD = "rms_norm(rows=4,cols=64)";

    @TempDir
    private Path folder;
    private Path sender;
    private Path receiver;
    private Path pack;
    private Path privateKey;
    private Path publicKey;
    private TuningRecord here;
    private TuningRecord other;

    @BeforeEach
    void fill() throws IOException, GeneralSecurityException {
        sender = folder.resolve("sender");
        receiver = folder.resolve("receiver");
        pack = folder.resolve("kernels.kwpack");
        Instant soon = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        here = Records.tuned(WORKLOAD, Records.thisMachine());
        other = Records.tuned(WORKLOAD, Records.otherMachine("cpu", "Another Processor"));
        Records.put(sender, here, other, Records.baselineKept("add(n=16)", Records.thisMachine(), soon),
                Records.baselineKept("mul(n=16)", Records.thisMachine(), Records.CREATED.plusSeconds(1)));
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        privateKey = pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        publicKey = pem("PUBLIC KEY", keys.getPublic().getEncoded());
    }

    private Path pem(String kind, byte[] encoded) throws IOException {
        return Files.writeString(folder.resolve(kind + ".pem"), "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + kind + "-----\n");
    }

    private static CommandRun cache(Path cache, Object... arguments) {
        List<String> all = new ArrayList<>(List.of("cache"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        all.add("--cache");
        all.add(cache.toString());
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static CommandRun explain(Path cache, String... more) {
        List<String> all = new ArrayList<>(List.of("explain", WORKLOAD, "--cache", cache.toString()));
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static List<String> records(Path pack) throws IOException {
        List<String> records = new ArrayList<>();
        try (ZipFile zip = new ZipFile(pack.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String json = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                if (json.contains("\"evaluation\"")) {
                    records.add(json.replaceAll("\\s", ""));
                }
            }
        }
        return records;
    }

    private void export(int sequence) {
        cache(sender, "export", "-o", pack, "--license", "MIT", "--sequence", sequence).endedWith(0);
        CommandRun.of("cache", "sign", pack.toString(), "--key", privateKey.toString(), "--public-key",
                publicKey.toString()).endedWith(0);
    }

    @Test
    void aPackGoesFromOneCacheToAnotherThatTrustsItsSigner() throws IOException {
        export(1);
        assertThat(cache(receiver, "import", pack).endedWith(1).err()).contains("is refused", "not trusted here");
        assertThat(cache(receiver, "verify", pack).endedWith(1).out()).contains("edition 1, 3 records under MIT",
                "UNSOUND");
        cache(receiver, "trust", publicKey).endedWith(0);
        assertThat(cache(receiver, "verify", pack).endedWith(0).out()).contains("trusted here");
        assertThat(cache(receiver, "import", pack).endedWith(0).out()).contains("kernels, edition 1, with 3 records");

        JsonNode json = explain(receiver, "--json").endedWith(0).json();
        assertThat(json.get("imported").booleanValue()).isTrue();
        assertThat(json.get("layer").textValue()).endsWith("kernels.kwpack");
        assertThat(explain(receiver).endedWith(0).out()).contains("hit", "rechecked at its first use");
        assertThat(CommandRun.of("doctor", "--json", "--cache", receiver.toString()).json().toString())
                .contains("kernels.kwpack");
    }

    /** Whoever runs from packs alone has nobody who looks again: what was found holds as long as the pack. */
    @Test
    void aPackSaysForWhichKeysTheBaselineIsBest() throws IOException {
        export(1);
        cache(receiver, "trust", publicKey).endedWith(0);
        cache(receiver, "import", pack).endedWith(0);
        assertThat(CommandRun.of("explain", "add(n=16)", "--cache", receiver.toString()).endedWith(0).out())
                .contains("hit");
        assertThat(CommandRun.of("explain", "mul(n=16)", "--cache", receiver.toString()).endedWith(1).out())
                .as("what had expired when the pack was written").contains("miss");
        assertThat(records(pack)).hasSize(3).allSatisfy(json -> assertThat(json).doesNotContain("\"expires\":\""));
    }

    @Test
    void anOlderEditionADamagedPackAndARevokedKeyAreRefused() throws IOException {
        export(1);
        byte[] first = Files.readAllBytes(pack);
        Files.delete(pack);
        export(2);
        cache(receiver, "trust", publicKey).endedWith(0);
        cache(receiver, "import", pack).endedWith(0);
        byte[] second = Files.readAllBytes(pack);

        Files.write(pack, first);
        assertThat(cache(receiver, "import", pack).endedWith(1).err()).contains("2 was seen before");
        second[second.length / 2] ^= 1;
        Files.write(pack, second);
        assertThat(cache(receiver, "import", pack).endedWith(1).err()).contains("changed after it was written");
        explain(receiver).endedWith(0);

        JsonNode keys = cache(receiver, "trust", "--json").endedWith(0).json();
        String id = keys.at("/keys/0/key").textValue();
        assertThat(cache(receiver, "trust", "--revoke", id).endedWith(0).out()).contains("revoked");
        assertThat(explain(receiver).endedWith(1).out()).contains("miss");
        assertThat(CommandRun.of("doctor", "--json", "--cache", receiver.toString()).json().toString())
                .contains("which was revoked");
    }

    @Test
    void exportTakesWhatWasFoundForATargetAndMergeWhatIsInSeveralPacks() {
        cache(sender, "export", "-o", pack, "--license", "MIT", "--target", "cpu=Another Processor").endedWith(0);
        Path both = folder.resolve("both.kwpack");
        Path all = folder.resolve("all.kwpack");
        cache(sender, "export", "-o", all, "--license", "MIT").endedWith(0);
        CommandRun merged = CommandRun.of("cache", "merge", pack.toString(), all.toString(), "-o", both.toString(),
                "--license", "MIT", "--json").endedWith(0);
        assertThat(merged.json().get("records").intValue()).isEqualTo(3);
        assertThat(cache(sender, "verify", pack, "--json").json().get("records").intValue()).isEqualTo(1);
        assertThat(cache(sender, "export", "-o", pack, "--license", "MIT").endedWith(2).err())
                .contains("which is there already");
        assertThat(cache(sender, "export", "-o", folder.resolve("none.kwpack"), "--license", "MIT", "--target",
                "backend=abacus").endedWith(2).err()).contains("there is no record for it");
        assertThat(cache(sender, "export", "-o", folder.resolve("pack.zip"), "--license", "MIT").endedWith(2).err())
                .contains("does not end with .kwpack");
    }

    @Test
    void aRecordOfAPackCanBePinnedAndSetAside() {
        export(1);
        cache(receiver, "trust", publicKey).endedWith(0);
        cache(receiver, "import", pack).endedWith(0);
        String prefix = here.key().toString();
        assertThat(cache(receiver, "pin", prefix).endedWith(0).out()).contains("is pinned", "kernels.kwpack");
        assertThat(cache(receiver, "pin", prefix, "--remove").endedWith(0).out()).contains("not pinned any more");
        assertThat(cache(receiver, "quarantine", prefix).endedWith(0).out()).contains("kernels.kwpack",
                "not used any more");
        explain(receiver).endedWith(1);
        assertThat(cache(sender, "quarantine", prefix).endedWith(0).out()).contains(sender.toString());
        explain(sender).endedWith(1);
    }
}
