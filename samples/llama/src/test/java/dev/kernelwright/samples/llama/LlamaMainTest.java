package dev.kernelwright.samples.llama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, on a model with random weights. */
class LlamaMainTest {
    @TempDir
    Path folder;

    private Path model;
    private Path tokenizer;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream report = new ByteArrayOutputStream();

    @BeforeEach
    void writeModel() throws IOException {
        ModelShape shape = new ModelShape(8, 12, 1, 4, 1, 4, 6, true);
        model = new SyntheticModel(shape, 1).write(folder.resolve("model.bin"));
        // Four pieces of one letter each: the score, the length, the letter.
        byte[] file = new byte[4 + 4 * 9];
        for (int token = 0; token < 4; token++) {
            file[4 + 9 * token + 4] = 1;
            file[4 + 9 * token + 8] = (byte) ('a' + token);
        }
        tokenizer = Files.write(folder.resolve("tokenizer.bin"), file);
    }

    @Test
    void aTextGoesToStandardOutputAndItsSpeedToStandardError() throws InterruptedException {
        assertThat(run("--model", model.toString(), "--tokenizer", tokenizer.toString(), "--cache",
                folder.resolve("cache").toString(), "--policy", "baseline_only", "--wait")).isZero();

        assertThat(out.toString(UTF_8)).matches("[a-d]{0,6}\n");
        assertThat(report.toString(UTF_8)).contains("cold: ", "tokens/s, 0 of 13 ops", "13 misses, 0 tuned");
    }

    @Test
    void aPromptBeginsTheText() throws InterruptedException {
        assertThat(run("--model", model.toString(), "--tokenizer", tokenizer.toString(), "--cache",
                folder.resolve("cache").toString(), "--policy", "baseline_only", "--prompt", "cdc", "--steps", "4"))
                .isZero();

        // The space before a prompt has no piece here, so it is the unknown token, "a".
        assertThat(out.toString(UTF_8)).startsWith("acdc");
    }

    @Test
    void underThePolicyFailAColdCacheIsAnErrorOfOneSentence() throws InterruptedException {
        assertThat(run("--model", model.toString(), "--tokenizer", tokenizer.toString(), "--cache",
                folder.resolve("cache").toString(), "--policy", "fail")).isEqualTo(2);

        assertThat(report.toString(UTF_8)).startsWith("llama: a tuned kernel for embedding(").hasLineCount(1);
    }

    @Test
    void moreStepsThanTheModelTakesAreRefused() throws InterruptedException {
        assertThat(run("--model", model.toString(), "--tokenizer", tokenizer.toString(), "--cache",
                folder.resolve("cache").toString(), "--policy", "baseline_only", "--steps", "7")).isEqualTo(2);

        assertThat(report.toString(UTF_8)).isEqualTo("llama: 7 steps were asked for, but the model takes texts of 6"
                + " tokens: pass --steps 6 or fewer\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "--model a.bin | without a tokenizer: pass --tokenizer FILE",
            "--tokenizer a.bin | without a model: pass --model FILE",
            "--model | --model was given without a value",
            "--fast | the option '--fast' is unknown",
            "--steps 0 | --steps was given '0': write a whole number from 1 on",
            "--steps many | --steps was given 'many': write a whole number from 1 on",
            "--policy hope | --policy was given 'hope': write tune_async",
            "--model none.bin --tokenizer none.bin | the checkpoint none.bin was asked for, but there is no such file"})
    void aCommandLineThatMakesNoSenseIsAnErrorOfOneSentence(String line, String message) throws InterruptedException {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(report.toString(UTF_8)).startsWith("llama: ").contains(message).hasLineCount(1);
        assertThat(out.size()).isZero();
    }

    @Test
    void helpNamesEveryOption() throws InterruptedException {
        assertThat(run("--help")).isZero();

        assertThat(out.toString(UTF_8)).contains("--model", "--tokenizer", "--prompt", "--steps", "--policy", "--cache",
                "--device", "--wait");
    }

    private int run(String... args) throws InterruptedException {
        return LlamaMain.run(args, new PrintStream(out, true, UTF_8), new PrintStream(report, true, UTF_8));
    }
}
