package dev.kernelwright.samples.llama;

import dev.kernelwright.MissPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the program was asked to do.
 *
 * @param model the checkpoint
 * @param tokenizer the tokenizer
 * @param steps how many tokens to take through the model at most; 0 for {@value #DEFAULT_STEPS}, or fewer if the model
 *        takes no text that long
 * @param prompt how the text begins
 * @param policy what happens where no tuned kernel is stored
 * @param cache the folder of tuned kernels; null for the process' default
 * @param device the device's name
 * @param waitForTuning whether to wait for the tuner and write the text again
 */
record LlamaOptions(Path model, Path tokenizer, int steps, String prompt, MissPolicy policy, @Nullable Path cache,
        String device, boolean waitForTuning) {
    static final int DEFAULT_STEPS = 256;

    static final String USAGE = """
            usage: llama --model FILE --tokenizer FILE [options]
              --model FILE      a checkpoint of llama2.c, for example stories15M.bin
              --tokenizer FILE  its tokenizer, for example tokenizer.bin
              --prompt TEXT     how the text begins (default: from nothing)
              --steps N         tokens to take through the model at most (default: 256)
              --policy POLICY   tune_async (default), tune_blocking, baseline_only or fail
              --cache DIR       where tuned kernels are kept (default: KERNELWRIGHT_CACHE, or the user's cache folder)
              --device NAME     the device to run on (default: cpu)
              --wait            wait until tuning has ended and write the text again
            """;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it makes no sense; the message is one sentence
     */
    static LlamaOptions parse(String... args) {
        @Nullable Path model = null;
        @Nullable Path tokenizer = null;
        @Nullable Path cache = null;
        int steps = 0;
        String prompt = "";
        MissPolicy policy = MissPolicy.TUNE_ASYNC;
        String device = "cpu";
        boolean wait = false;
        Deque<String> rest = new ArrayDeque<>(List.of(args));
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--model" -> model = path(option, rest);
                case "--tokenizer" -> tokenizer = path(option, rest);
                case "--cache" -> cache = path(option, rest);
                case "--steps" -> steps = count(option, rest);
                case "--prompt" -> prompt = value(option, rest);
                case "--policy" -> policy = policy(option, rest);
                case "--device" -> device = value(option, rest);
                case "--wait" -> wait = true;
                default -> throw new IllegalArgumentException("the option '" + option
                        + "' is unknown: use --help to see those there are");
            }
        }
        if (model == null || tokenizer == null) {
            throw new IllegalArgumentException("a text was asked for without "
                    + (model == null ? "a model: pass --model FILE" : "a tokenizer: pass --tokenizer FILE"));
        }
        return new LlamaOptions(model, tokenizer, steps, prompt, policy, cache, device, wait);
    }

    /**
     * Returns how many tokens to take through a model.
     *
     * @throws IllegalArgumentException if that is more than it takes
     */
    int stepsFor(ModelShape shape) {
        if (steps > shape.positions()) {
            throw new IllegalArgumentException(steps + " steps were asked for, but the model takes texts of "
                    + shape.positions() + " tokens: pass --steps " + shape.positions() + " or fewer");
        }
        return steps > 0 ? steps : Math.min(DEFAULT_STEPS, shape.positions());
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(
                    "the option " + option + " was given without a value: write one after it");
        }
        return rest.pop();
    }

    private static Path path(String option, Deque<String> rest) {
        String text = value(option, rest);
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("the option " + option + " was given '" + text
                    + "', which is no path: write a file's or folder's name", e);
        }
    }

    private static int count(String option, Deque<String> rest) {
        String text = value(option, rest);
        try {
            int count = Integer.parseInt(text);
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("the option " + option + " was given '" + text
                + "': write a whole number from 1 on");
    }

    private static MissPolicy policy(String option, Deque<String> rest) {
        String text = value(option, rest);
        return Arrays.stream(MissPolicy.values())
                .filter(policy -> policy.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the option " + option + " was given '" + text
                        + "': write tune_async, tune_blocking, baseline_only or fail"));
    }
}
