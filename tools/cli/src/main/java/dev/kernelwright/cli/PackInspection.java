package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.Pack;
import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PackManifest;
import dev.kernelwright.cache.TrustedKeys;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Says what a pack is, whether it would be imported, and whether its records are sound. It changes nothing. */
final class PackInspection {
    private final Console console;
    private final boolean json;

    PackInspection(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /** Looks at a pack; returns the exit code. */
    int inspect(Path file, CacheOptions cache) {
        List<String> problems = new ArrayList<>();
        ObjectNode node = Json.object().put("pack", file.toString());
        try (Pack pack = Pack.openUntrusted(file)) {
            PackManifest manifest = pack.manifest();
            node.put("name", manifest.name()).put("sequence", manifest.sequence())
                    .put("created", manifest.created().toString())
                    .put("expires", manifest.expires() == null ? null : manifest.expires().toString())
                    .put("license", manifest.license()).put("key", pack.keyId())
                    .put("records", manifest.records().size());
            for (String name : manifest.records()) {
                try {
                    pack.record(name);
                } catch (PackException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
            TrustedKeys trust = TrustedKeys.of(cache.location().folder());
            Pack.inspect(file, trust, Instant.now()).close();
        } catch (PackException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new InputException("the pack " + file + " could not be read: " + e, e);
        }
        report(node, problems);
        return problems.isEmpty() ? ExitCode.SUCCESS : ExitCode.NEGATIVE;
    }

    private void report(ObjectNode node, List<String> problems) {
        node.put("sound", problems.isEmpty());
        problems.forEach(node.putArray("problems")::add);
        if (json) {
            console.json(node);
            return;
        }
        if (node.has("name")) {
            console.line(node.get("name").textValue() + ", edition " + node.get("sequence").longValue() + ", "
                    + node.get("records").intValue() + " records under " + node.get("license").textValue()
                    + ", signed by " + node.get("key").textValue());
        }
        problems.forEach(problem -> console.line("UNSOUND: " + problem));
        if (problems.isEmpty()) {
            console.line("sound, and signed by a key that is trusted here");
        }
    }
}
