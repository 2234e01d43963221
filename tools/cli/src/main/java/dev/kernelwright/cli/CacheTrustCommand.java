package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PemKeys;
import dev.kernelwright.cache.TrustedKeys;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whose packs the cache believes, and changes it. */
@Command(name = "trust", description = "Trust a key's packs, revoke a key, or list the keys.",
        footer = {"", "A key that was revoked is not trusted again.", "Exit codes: 0 done, 2 bad usage or input."})
final class CacheTrustCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "PEM", arity = "0..1", description = "The file of an Ed25519 public key to trust.")
    private @Nullable Path publicKey;
    @Option(names = "--valid-for", paramLabel = "DAYS", description = "For how long. Default: until it is revoked.")
    private @Nullable Integer validDays;
    @Option(names = "--revoke", paramLabel = "KEYID", description = "The identity, in 64 digits, of a key to revoke.")
    private @Nullable String revoked;
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheTrustCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (DirectoryStore store = cache.open()) {
            TrustedKeys trust = TrustedKeys.of(Path.of(store.location()));
            if (publicKey != null) {
                Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
                trust.trust(
                        PemKeys.publicKey(InputFile.read(publicKey, "a public key", CacheSignCommand.MAX_PEM_BYTES)),
                        validDays == null ? null : now.plus(Duration.ofDays(validDays)));
            }
            if (revoked != null) {
                String id = revoked.toLowerCase(Locale.ROOT);
                if (!id.matches("[0-9a-f]{64}")) {
                    throw new InputException("the key '" + revoked + "' was to be revoked: give the 64 digits that"
                            + " 'kernelwright cache trust' or 'cache verify' show");
                }
                trust.revoke(id);
            }
            show(trust.all());
            return ExitCode.SUCCESS;
        } catch (PackException e) {
            throw InputException.of(e);
        } catch (IOException e) {
            throw new InputException("the keys that " + cache.location().folder() + " trusts could not be changed: " + e
                    + "; correct its permissions", e);
        }
    }

    private void show(List<TrustedKeys.Trusted> keys) {
        if (output.json()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("keys");
            keys.forEach(key -> list.addObject().put("key", key.id()).put("revoked", key.revoked())
                    .put("expires", key.expires() == null ? null : key.expires().toString()));
            console.json(json);
            return;
        }
        if (keys.isEmpty()) {
            console.line("no key is trusted");
            return;
        }
        Table table = new Table("key", "trusted");
        keys.forEach(key -> table.row(key.id(),
                key.revoked() ? "revoked" : key.expires() == null ? "yes" : "until " + key.expires()));
        console.lines(table.lines());
    }
}
