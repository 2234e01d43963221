package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Infinities, NaN, ties, large means and wrong indices, in the baselines and in the templates. */
@SuppressWarnings("NarrowCalculation") // small numbers
class SpecialValuesTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;
    /** NaN of another payload than Java's own, as it may come from a file. */
    private static final float FOREIGN_NAN = Float.intBitsToFloat(0x7f80_0123);
    private static final BlockPool POOL = new BlockPool(2);
    private static final CpuBackend BACKEND = (CpuBackend) new CpuBackendProvider().open(0, POOL);

    @FunctionalInterface
    private interface Check {
        void check(Workload workload, LoadedKernel kernel);
    }

    @AfterAll
    static void close() {
        BACKEND.close();
        POOL.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gelu", "silu_mul"})
    void activationsAreRightAtTheEndsOfTheRange(String op) throws KernelRejectedException {
        float[] values = {0f, -0f, INF, -INF, NAN, FOREIGN_NAN, 1e-40f, -1e-40f, 87.3f, -87.3f, 88.4f, -88.4f, 88.8f,
                -88.8f, 103f, -103f, 1e4f, -1e4f, 1e20f, -1e20f, 3e38f, -3e38f, 9f, -9f, 1e-6f, -1e-6f};
        // An odd number, so that some are computed by the tail.
        everyKernel(op + "(n=" + 5 * values.length + ")", Map.of(), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            for (int i = 0; i < 5 * values.length; i++) {
                trial.segment(0).setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i % values.length]);
            }
            trial.run(kernel);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4})
    void softmaxTreatsMasksInfinitiesAndNanAsItsDefinition(long split) throws KernelRejectedException {
        int cols = 8200;
        everyKernel("softmax(rows=8,cols=" + cols + ")", Map.of("SPLIT", split), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            MemorySegment x = trial.segment(0);
            fill(x, 0, cols, -INF);
            fill(x, cols, 2 * cols - 3, -INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 2 * cols + 7, NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 * cols - 1, FOREIGN_NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 * cols + cols / 2, INF);
            fill(x, 4 * cols, 5 * cols, NAN);
            fill(x, 5 * cols, 6 * cols, 3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + 1, 3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + 2, -3e38f);
            fill(x, 7 * cols, 8 * cols, -INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 8 * cols - 1, -1e30f);
            trial.run(kernel);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4})
    void argMaxPrefersNanAndThenTheLowestColumn(long split) throws KernelRejectedException {
        int cols = 33_000;
        everyKernel("argmax(rows=11,cols=" + cols + ")", Map.of("SPLIT", split), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            MemorySegment x = trial.segment(0);
            fill(x, 0, cols, -INF);
            fill(x, cols, 2 * cols, INF);
            fill(x, 2 * cols, 3 * cols, NAN);
            fill(x, 3 * cols, 4 * cols, -0f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 * cols + 9000, 0f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 4 * cols + 31_000, FOREIGN_NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 4 * cols + 32_000, NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols + 7, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols + 5, -INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols + 32_500, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + 12_000, 1e6f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + 12_001, 1e6f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + 30_000, 1e6f);
            fill(x, 7 * cols, 8 * cols, -3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 8 * cols - 1, 1e-40f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 8 * cols, NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 9 * cols + cols - 1, NAN);
            fill(x, 10 * cols, 11 * cols, 3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 10 * cols + 8_500, -INF);
            trial.run(kernel);
        });
    }

    @Test
    void sumsOfInfinitiesAndNanAreWhatTheyAreInDouble() throws KernelRejectedException {
        everyKernel("sum(rows=4,cols=77)", Map.of(), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            MemorySegment x = trial.segment(0);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 77 + 76, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 77 + 2, -INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 2 * 77 + 50, NAN);
            trial.run(kernel);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rms_norm", "layer_norm"})
    void normalizationsTreatZerosInfinitiesAndNanAsTheirDefinition(String op) throws KernelRejectedException {
        everyKernel(op + "(rows=5,cols=77)", Map.of(), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            MemorySegment x = trial.segment(0);
            fill(x, 0, 77, 0f);
            fill(x, 77, 2 * 77, 3f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 2 * 77 + 3, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 * 77 + 76, NAN);
            trial.run(kernel);
        });
    }

    /** The rounding error of the mean alone would be 1e-3 here. */
    @Test
    void layerNormKeepsItsPrecisionWhereTheMeanIsLarge() throws KernelRejectedException {
        int cols = 4096 + 5;
        float mean = 30_000;
        everyKernel("layer_norm(rows=1,cols=" + cols + ")", Map.of(), (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            SplittableRandom random = new SplittableRandom(7);
            double sum = 0;
            for (int i = 0; i < cols; i++) {
                float value = mean + (float) random.nextGaussian();
                trial.segment(0).setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                sum += value;
            }
            fill(trial.segment(1), 0, cols, 1f);
            fill(trial.segment(2), 0, cols, 0f);
            trial.run(kernel);
            double squares = 0;
            for (int i = 0; i < cols; i++) {
                squares += Math.pow(trial.segment(0).getAtIndex(ValueLayout.JAVA_FLOAT, i) - sum / cols, 2);
            }
            double deviation = Math.sqrt(squares / cols + 1e-5);
            for (int i = 0; i < cols; i++) {
                double expected = (trial.segment(0).getAtIndex(ValueLayout.JAVA_FLOAT, i) - sum / cols) / deviation;
                assertThat((double) trial.segment(3).getAtIndex(ValueLayout.JAVA_FLOAT, i)).isBetween(expected - 4e-6,
                        expected + 4e-6);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 13, Integer.MAX_VALUE})
    void aWrongIndexEndsInAnExceptionAndNeverInAWrongRow(int index) throws KernelRejectedException {
        for (int dim : new int[]{1, 15, 16, 40}) {
            everyKernel("embedding(rows=70,vocab=13,dim=" + dim + ")", Map.of(),
                    (workload, kernel) -> requireOutOfBounds(workload, kernel, 0, index));
            for (int interleaved : new int[]{0, 1}) {
                everyKernel(
                        "rope(rows=70,heads=2,head_dim=" + 2 * dim + ",positions=13,interleaved=" + interleaved + ")",
                        Map.of(), (workload, kernel) -> requireOutOfBounds(workload, kernel, 3, index));
            }
        }
    }

    private static void requireOutOfBounds(Workload workload, LoadedKernel kernel, int buffer, int index) {
        KernelTrial trial = trial(workload);
        trial.segment(buffer).setAtIndex(ValueLayout.JAVA_INT, 61, index);
        assertThatThrownBy(() -> trial.launch(kernel)).as("%s", workload)
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static KernelTrial trial(Workload workload) {
        return new KernelTrial(workload, workload.signature().maxAxes(), KernelTrial.Values.NORMAL, 3, 0);
    }

    private static void fill(MemorySegment segment, long from, long to, float value) {
        for (long i = from; i < to; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    /** Runs the check on the baseline and on the template, at its default but for the given parameters. */
    private static void everyKernel(String text, Map<String, Long> parameters, Check check)
            throws KernelRejectedException {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        try (LoadedKernel baseline = BACKEND.baseline(workload.signature()).orElseThrow()) {
            check.check(workload, baseline);
        }
        KernelTemplate template = BACKEND.template(workload.signature()).orElseThrow();
        Map<String, Long> point = new LinkedHashMap<>();
        template.parameters().forEach((name, values) -> point.put(name, values.getFirst()));
        Map<String, Long> changed = new HashMap<>(point);
        changed.putAll(parameters);
        assertThat(changed.keySet()).isEqualTo(point.keySet());
        try (LoadedKernel kernel = BACKEND.load(
                BACKEND.compile(template.expand(changed, workload.signature()), workload.signature()),
                workload.signature())) {
            check.check(workload, kernel);
        }
    }
}
