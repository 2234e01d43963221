package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes no sense is refused in one sentence that names it, with exit code 2, in text and in JSON. */
class BadInputTest {
    @TempDir
    private Path folder;

    /** Runs a command line, with ~ for blanks within an argument and $ for the temporary folder. */
    private CommandRun run(String commandLine, String... more) {
        List<String> arguments = new ArrayList<>();
        for (String argument : commandLine.split(" ", -1)) {
            arguments.add(argument.replace('~', ' ').replace("$", folder.toString()));
        }
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            tune                                                         | no workload is named
            tune rms_norm                                                | 'rms_norm' is malformed
            tune rms_norm(rows=1)                                        | without the axis 'cols'
            tune rms_norm(rows=1,cols=8,depth=2)                         | 'depth'
            tune rms_norm(rows=one,cols=8)                               | 'one'
            tune rms_norm(rows=2..1,cols=8)                              | 2..1
            tune rms_norm(rows=1,rows=2,cols=8)                          | more than once
            tune rmsnorm(rows=1,cols=8)                                  | the op 'rmsnorm' is unknown
            tune rms_norm(rows=1,cols=8) --dtype f64                     | unknown dtype 'f64'
            tune rms_norm(rows=1,cols=8) --dtype i32                     | i32
            tune rms_norm(rows=1,cols=8) --device tpu                    | tpu
            tune rms_norm(rows=1,cols=8) --threads 0                     | 0 threads
            tune rms_norm(rows=1,cols=8) --threads two                   | 'two'
            tune rms_norm(rows=1,cols=8) --budget 20                     | '20' is no time
            tune rms_norm(rows=1,cols=8) --budget 0s                     | '0s' is not between
            tune rms_norm(rows=1,cols=8) --budget 2000h                  | '2000h' is not between
            tune rms_norm(rows=1,cols=8) --candidates 0                  | 0 candidates
            tune rms_norm(rows=1,cols=8) add(n=4)                        | add(n=4)
            tune add(n=16) --generator magic                             | 'magic'
            tune add(n=16) --model nobody:x                              | 'nobody:x'
            tune add(n=16) --model relay:                                | 'relay:'
            tune add(n=16) --model relay:$ --agent-config $/none.json    | none.json
            tune --replay $/none.jsonl                                   | none.jsonl
            tune add(n=16) --target sm_90a                               | add --compile-only
            session show $/none.jsonl                                    | none.jsonl
            bench rms_norm(rows=1,cols=8) --seconds 0                    | --seconds 0
            bench matmul(m=4000000,n=4000000,k=4000000)                  | 4000000
            explain softmax()                                            | without the axis
            explain softmax(rows=1,cols=4) --device cpu:7                | cpu:7
            warmup $/none.json                                           | none.json
            cache lost                                                   | lost
            cache show                                                   | Missing required parameter: 'KEYPREFIX'
            cache show abcd                                              | there is no kernel cache
            check $/Kernel.java                                          | --workload
            check $/Kernel.java --workload add(n=16)                     | Kernel.java
            check $/Kernel.java --workload add(n=16) --device cuda:3     | cuda:3
            """)
    void isRefusedInOneSentenceThatNamesIt(String commandLine, String named) {
        // Where there is no cache to name, the one that is named does not exist.
        String[] cache = commandLine.matches("(tune|bench|explain|warmup|cache show).*")
                ? new String[]{"--cache", folder.resolve("cache").toString()}
                : new String[0];
        CommandRun run = run(commandLine, cache).endedWith(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("kernelwright: ").contains(named).doesNotContain("\tat ", "Exception");

        String[] json = List.of(cache).isEmpty()
                ? new String[]{"--json"}
                : new String[]{cache[0], cache[1], "--json"};
        CommandRun inJson = run(commandLine, json).endedWith(2);
        assertThat(inJson.json().get("error").textValue()).contains(named);
        assertThat(inJson.json()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"cache list", "cache verify", "cache clear", "tune add(n=16)", "explain add(n=16)",
            "quickstart", "bench add(n=16)"})
    void aCachePathThatIsAFileIsRefused(String commandLine) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        CommandRun run = run(commandLine, "--cache", file.toString()).endedWith(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(file.toString(), "is a file");
        assertThat(file).isEmptyFile();
    }

    @Test
    void aGroupOfCommandsAloneIsRefused() {
        assertThat(CommandRun.of("cache").endedWith(2).err()).contains("Missing required subcommand",
                "'kernelwright cache --help'");
        assertThat(CommandRun.of("session").endedWith(2).err()).contains("Missing required subcommand");
    }

    @Test
    void aServerThatMayTryNothingIsRefused() {
        assertThat(CommandRun.of("mcp", "--attempts", "0").endedWith(2).err()).contains("0 attempts");
    }

    @Test
    void aCachePathBelowAFileIsRefused() throws IOException {
        Path below = Files.createFile(folder.resolve("file")).resolve("cache");
        assertThat(run("cache list", "--cache", below.toString()).endedWith(2).err()).contains("is a file");
    }

    @Test
    void aCacheThatOthersCanWriteIsRefused() throws IOException {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run("cache list", "--cache", shared.toString()).endedWith(2).err()).contains("other users", "chmod");
    }

    @Test
    void aCommandThatOnlyLooksCreatesNoCache() {
        Path absent = folder.resolve("absent");
        run("cache list", "--cache", absent.toString()).endedWith(0);
        run("cache verify", "--cache", absent.toString()).endedWith(0);
        run("cache clear --yes", "--cache", absent.toString()).endedWith(0);
        run("explain add(n=16)", "--cache", absent.toString()).endedWith(1);
        assertThat(absent).doesNotExist();
    }

    @Test
    void aLaunchPlanThatIsNotOneIsRefusedWithItsFile() throws IOException {
        Files.writeString(folder.resolve("Kernel.java"), "final class Kernel {}");
        Files.writeString(folder.resolve("plan.json"), "{\"steps\": []}");
        CommandRun run = run("check $/Kernel.java --workload add(n=16) --plan $/plan.json").endedWith(2);
        assertThat(run.err()).contains("plan.json", "workspaceBytes");
    }

    @Test
    void aSourceWithoutAPlanMustBeATemplate() throws IOException {
        Files.writeString(folder.resolve("Kernel.java"), "final class Kernel {}");
        CommandRun run = run("check $/Kernel.java --workload add(n=16)").endedWith(2);
        assertThat(run.err()).contains("Kernel.java", "--plan", "@step");
    }
}
