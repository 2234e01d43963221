package dev.kernelwright.cli;

import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PackWriter;
import dev.kernelwright.cache.PemKeys;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Signs a pack. */
@Command(name = "sign", description = "Sign a pack, in the place of an earlier signature.",
        footer = {"", "openssl genpkey -algorithm ed25519 -out key.pem",
                "openssl pkey -in key.pem -pubout -out key.pub.pem",
                "Exit codes: 0 signed, 2 bad usage or input."})
final class CacheSignCommand implements Callable<Integer> {
    static final int MAX_PEM_BYTES = 10_000;

    private final Console console;

    @Parameters(paramLabel = "PACK", description = "The pack.")
    private Path pack = Path.of("");
    @Option(names = "--key", paramLabel = "PEM", required = true, description = "The file of the Ed25519 private key.")
    private Path privateKey = Path.of("");
    @Option(names = "--public-key", paramLabel = "PEM", required = true,
            description = "The file of its public key, which users are to trust.")
    private Path publicKey = Path.of("");
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheSignCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try {
            String id = PackWriter.sign(pack.toAbsolutePath(),
                    PemKeys.privateKey(InputFile.read(privateKey, "a private key", MAX_PEM_BYTES)),
                    PemKeys.publicKey(InputFile.read(publicKey, "a public key", MAX_PEM_BYTES)));
            if (output.json()) {
                console.json(Json.object().put("pack", pack.toString()).put("key", id));
            } else {
                console.line(pack + " is signed by the key " + id);
            }
            return ExitCode.SUCCESS;
        } catch (PackException e) {
            throw InputException.of(e);
        } catch (IOException e) {
            throw new InputException("the pack " + pack + " could not be signed (" + e
                    + "): name a pack in a folder where you may write", e);
        }
    }
}
