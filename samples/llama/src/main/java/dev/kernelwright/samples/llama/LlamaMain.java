package dev.kernelwright.samples.llama;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.KernelMissException;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.RuntimeStatistics;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.MemoryFrontStore;
import dev.kernelwright.samples.llama.GreedyDecoder.Text;
import dev.kernelwright.spi.KernelStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes a text with a Llama model, and says how fast.
 *
 * <pre>{@code
 * mvn -DskipTests -pl samples/llama -am package
 * java --add-modules jdk.incubator.vector -jar samples/llama/target/kernelwright-sample-llama.jar \
 *     --model stories260K.bin --tokenizer tok512.bin --wait
 * }</pre>
 *
 * <p>The text appears at once: where no tuned kernel is stored, baselines answer ("cold"), and tuning goes on behind
 * them. With {@code --wait} the program then waits until that has ended and writes the text again, which measures it
 * "after the swap". Started a second time, it finds every kernel stored, and is "warm".
 *
 * <p>The text goes to standard output and everything else to standard error. Exit status: 0, or 2 for bad usage.
 */
public final class LlamaMain {
    private static final int BAD_USAGE = 2;
    /** Longer than any tuning budget by default: a dozen kernels at half a minute each. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(15);
    private static final Duration REPORT_INTERVAL = Duration.ofMillis(200);
    /** How long the text is written again and again, so that its speed does not hang on HotSpot's first seconds. */
    private static final long NANOS_TO_REPEAT = 2_000_000_000L;

    private final LlamaOptions options;
    private final OutputStream out;
    private final PrintStream report;
    private final Queue<RuntimeEvent.Tuned> tuned = new ConcurrentLinkedQueue<>();

    private LlamaMain(LlamaOptions options, OutputStream out, PrintStream report) {
        this.options = options;
        this.out = out;
        this.report = report;
    }

    /** Runs the program. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream report) throws InterruptedException {
        if (Arrays.asList(args).contains("--help")) {
            out.print(LlamaOptions.USAGE);
            return 0;
        }
        try {
            new LlamaMain(LlamaOptions.parse(args), out, report).run();
            return 0;
        } catch (IOException | IllegalArgumentException | IllegalStateException | KernelMissException e) {
            report.println("llama: " + e.getMessage());
            return BAD_USAGE;
        }
    }

    private void run() throws IOException, InterruptedException {
        Checkpoint checkpoint = Checkpoint.load(options.model());
        Tokenizer tokenizer = Tokenizer.load(options.tokenizer(), checkpoint.shape().vocabSize());
        int steps = options.stepsFor(checkpoint.shape());
        try (KernelStore store = openStore();
                ComputeRuntime runtime = openRuntime(store);
                LlamaModel model = new LlamaModel(checkpoint, runtime, runtime.device(options.device()))) {
            write(model, new GreedyDecoder(model, tokenizer), steps, runtime);
        }
    }

    private @Nullable KernelStore openStore() throws IOException {
        return options.cache() == null ? null : new MemoryFrontStore(DirectoryStore.open(options.cache()));
    }

    private ComputeRuntime openRuntime(@Nullable KernelStore store) {
        ComputeRuntime.Builder builder = ComputeRuntime.builder().devices(options.device())
                .missPolicy(options.policy()).listener(this::collectTuned);
        return (store == null ? builder : builder.store(store)).build();
    }

    private void write(LlamaModel model, GreedyDecoder decoder, int steps, ComputeRuntime runtime)
            throws IOException, InterruptedException {
        boolean warm = runtime.statistics().misses() == 0;
        Text first = decoder.write(options.prompt(), steps, out);
        reportSpeed(warm ? "warm, while kernels load" : "cold", first.tokensPerSecond(), model);
        if (!options.waitForTuning()) {
            return;
        }
        awaitTuned(runtime);
        double speed = repeat(decoder, steps, first);
        RuntimeStatistics counted = runtime.statistics();
        reportSpeed(warm ? "warm" : counted.tuned() > 0 ? "after the swap" : "once compiled", speed, model);
        report.printf(Locale.ROOT, "%d hits, %d misses, %d tuned, %d candidates rejected, %d fallbacks%n",
                counted.hits(), counted.misses(), counted.tuned(), counted.rejected(), counted.fallbacks());
    }

    /** Writes the text again and again, to nowhere, and returns the median of the tokens per second. */
    private double repeat(GreedyDecoder decoder, int steps, Text first) throws IOException {
        List<Double> speeds = new ArrayList<>();
        long start = System.nanoTime();
        while (speeds.isEmpty() || System.nanoTime() - start < NANOS_TO_REPEAT) {
            Text text = decoder.write(options.prompt(), steps, OutputStream.nullOutputStream());
            if (!text.tokens().equals(first.tokens())) {
                throw new IllegalStateException("the text became another one with other kernels: somewhere two tokens"
                        + " are equally likely to within rounding errors, choose another prompt");
            }
            speeds.add(text.tokensPerSecond());
        }
        Collections.sort(speeds);
        return speeds.get(speeds.size() / 2);
    }

    private void reportSpeed(String state, double tokensPerSecond, LlamaModel model) {
        long tuned = model.ops().stream().filter(BoundOp::isTuned).count();
        report.printf(Locale.ROOT, "%s: %.0f tokens/s, %d of %d ops answered by tuned kernels at the end%n", state,
                tokensPerSecond, tuned, model.ops().size());
    }

    private void collectTuned(RuntimeEvent event) {
        if (event instanceof RuntimeEvent.Tuned ended) {
            tuned.add(ended);
        }
    }

    /** Waits until tuning has ended, and reports meanwhile, which would have been in the way of the text before. */
    private void awaitTuned(ComputeRuntime runtime) throws InterruptedException {
        long start = System.nanoTime();
        boolean idle;
        do {
            idle = runtime.awaitIdle(REPORT_INTERVAL);
            for (RuntimeEvent.Tuned next = tuned.poll(); next != null; next = tuned.poll()) {
                report.printf(Locale.ROOT, "tuned %s: %s%n", next.workload(), next.record().evaluation().message());
            }
        } while (!idle && System.nanoTime() - start < MAX_WAIT.toNanos());
        if (!idle) {
            report.println("tuning has not ended in " + MAX_WAIT.toMinutes() + " minutes: going on without the rest");
        }
    }
}
