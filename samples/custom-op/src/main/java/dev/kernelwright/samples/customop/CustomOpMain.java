package dev.kernelwright.samples.customop;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * How an application brings an op of its own. It takes three things:
 *
 * <ol>
 * <li><b>A definition</b> ({@link ResidualRmsNorm#DEFINITION}): axes, inputs, outputs, accuracy, and a reference in plain
 * Java. With it alone the op can be called on every CPU, and is right.
 * <li><b>A template</b> ({@code residual_rms_norm.java} in the resources): the kernel as its author would write it, with
 * a search space in {@code // @} comments. Given to the runtime's builder, it is all that the tuner needs.
 * <li><b>A bind and a call</b>, below, as for an op of the catalogue: a miss is answered at once by the reference, the
 * tuner tries kernels in a process of their own, checks each against the reference, and the fastest is stored and
 * swapped in. Started a second time, this program finds it stored.
 * </ol>
 *
 * <pre>{@code
 * mvn -DskipTests -pl samples/custom-op -am package
 * java --add-modules jdk.incubator.vector -jar samples/custom-op/target/kernelwright-sample-custom-op.jar
 * }</pre>
 */
public final class CustomOpMain {
    private static final int ROWS = 64;
    private static final int COLS = 4096;
    private static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(15), 18);
    private static final int TIMED_CALLS = 200;

    private CustomOpMain() {}

    /** Runs the program. */
    public static void main(String[] args) throws InterruptedException {
        Workload workload =
                ResidualRmsNorm.DEFINITION.workload(DType.F32).axis("rows", ROWS).axis("cols", COLS).build();
        try (ComputeRuntime runtime = ComputeRuntime.builder()
                .devices("cpu")
                .template(ResidualRmsNorm.DEFINITION, ResidualRmsNorm.cpuTemplate())
                .tuningBudget(BUDGET)
                .listener(CustomOpMain::print)
                .build();
                BoundOp op = runtime.bind(workload)) {
            Tensor x = random(1, ROWS, COLS);
            Tensor residual = random(2, ROWS, COLS);
            Tensor weight = random(3, COLS);
            Tensor sum = Tensor.allocate(DType.F32, ROWS, COLS);
            Tensor out = Tensor.allocate(DType.F32, ROWS, COLS);
            Tensor[] arguments = {x, residual, weight, sum, out};

            call(op, arguments);
            runtime.awaitIdle(Duration.ofMinutes(2));
            call(op, arguments);
        }
    }

    private static void call(BoundOp op, Tensor[] arguments) {
        double[] micros = new double[TIMED_CALLS];
        for (int i = 0; i < TIMED_CALLS; i++) {
            long start = System.nanoTime();
            op.invoke(arguments);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        System.out.printf(Locale.ROOT, "%s answers in %.0f µs (median of %d calls); largest error %.1e%n",
                op.isTuned() ? "the tuned kernel" : "the reference", micros[TIMED_CALLS / 2], TIMED_CALLS,
                largestError(arguments));
    }

    /** Returns the largest relative error of the outputs, by a computation that knows nothing of the op's definition. */
    static double largestError(Tensor[] arguments) {
        float[] x = arguments[0].toFloatArray();
        float[] residual = arguments[1].toFloatArray();
        float[] weight = arguments[2].toFloatArray();
        float[] sum = arguments[3].toFloatArray();
        float[] out = arguments[4].toFloatArray();
        int cols = weight.length;
        double largest = 0;
        for (int start = 0; start < x.length; start += cols) {
            double squares = 0;
            for (int i = start; i < start + cols; i++) {
                squares += Math.pow((double) x[i] + residual[i], 2);
            }
            double norm = Math.sqrt(squares / cols + 1e-5);
            for (int i = start; i < start + cols; i++) {
                double expected = (double) x[i] + residual[i];
                largest = Math.max(largest, Math.abs(sum[i] / expected - 1));
                largest = Math.max(largest, Math.abs(out[i] * norm / (expected * weight[i - start]) - 1));
            }
        }
        return largest;
    }

    static Tensor random(long seed, long... shape) {
        Tensor tensor = Tensor.allocate(DType.F32, shape);
        Random random = new Random(seed);
        for (long i = 0; i < tensor.elementCount(); i++) {
            tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return tensor;
    }

    private static void print(RuntimeEvent event) {
        switch (event) {
            case RuntimeEvent.Hit hit -> System.out.println("hit: the store has a kernel for " + hit.workload());
            case RuntimeEvent.Miss miss ->
                System.out.println("miss: " + miss.workload() + " is tuned behind the calls");
            case RuntimeEvent.Candidate candidate -> System.out.printf(Locale.ROOT, "  candidate %d %s: %s%n",
                    candidate.number(), candidate.source().parameters(), candidate.evaluation().message());
            case RuntimeEvent.Tuned tuned -> System.out.println("tuned: " + tuned.record().evaluation().message());
            case RuntimeEvent.Live _ -> System.out.println("live: the tuned kernel answers from here on");
            case RuntimeEvent.Fallback fallback -> System.out.println(fallback.subject() + ": " + fallback.reason());
        }
    }
}
