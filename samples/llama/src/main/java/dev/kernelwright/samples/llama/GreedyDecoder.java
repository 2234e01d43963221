package dev.kernelwright.samples.llama;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/** Writes texts with a model, always taking the most likely token, as llama2.c does at temperature 0. */
final class GreedyDecoder {
    private final LlamaModel model;
    private final Tokenizer tokenizer;

    GreedyDecoder(LlamaModel model, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * A text that was written.
     *
     * @param tokens the tokens that followed the first, which is not printed
     * @param steps how many tokens went through the model
     * @param nanos the time it took
     */
    record Text(List<Integer> tokens, int steps, long nanos) {
        double tokensPerSecond() {
            return steps * 1e9 / nanos;
        }
    }

    /**
     * Writes a text, each token as soon as it is known, and a line feed at the end.
     *
     * @param prompt how the text begins; may be empty
     * @param maxSteps how many tokens go through the model at most, those of the prompt counted
     */
    Text write(String prompt, int maxSteps, OutputStream out) throws IOException {
        int[] given = tokenizer.encode(prompt);
        int[] written = new int[maxSteps];
        int token = given[0];
        int position = 0;
        int count = 0;
        long start = System.nanoTime();
        while (position < maxSteps) {
            model.forward(token, position);
            position++;
            int next = position < given.length ? given[position] : model.likeliestToken();
            if (next == Tokenizer.BEGIN) {
                break;
            }
            out.write(tokenizer.decode(token, next));
            out.flush();
            written[count++] = next;
            token = next;
        }
        out.write('\n');
        out.flush();
        long nanos = System.nanoTime() - start;
        return new Text(Arrays.stream(written, 0, count).boxed().toList(), position, nanos);
    }
}
