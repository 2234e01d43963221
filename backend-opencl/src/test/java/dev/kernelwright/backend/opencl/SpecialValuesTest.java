package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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

    private static OpenClBackend backend;

    @FunctionalInterface
    private interface Check {
        void check(Workload workload, LoadedKernel kernel);
    }

    @BeforeAll
    static void open() {
        backend = OpenedDevice.open();
    }

    @AfterAll
    static void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gelu", "silu_mul"})
    void activationsAreRightAtTheEndsOfTheRange(String op) throws KernelRejectedException {
        float[] values = {0f, -0f, INF, -INF, NAN, FOREIGN_NAN, 1e-40f, -1e-40f, 87.3f, -87.3f, 88.4f, -88.4f, 88.8f,
                -88.8f, 103f, -103f, 1e4f, -1e4f, 1e20f, -1e20f, 3e38f, -3e38f, 9f, -9f, 1e-6f, -1e-6f};
        // An odd number, so that some are computed by the tail.
        int count = 5 * values.length + 1;
        everyKernel(op + "(n=" + count + ")", (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            for (int i = 0; i < count; i++) {
                trial.segment(0).setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i % values.length]);
            }
            trial.run(kernel);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {37, 8200})
    void softmaxTreatsMasksInfinitiesAndNanAsItsDefinition(int cols) throws KernelRejectedException {
        everyKernel("softmax(rows=8,cols=" + cols + ")", (workload, kernel) -> {
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
    @ValueSource(ints = {37, 33_000})
    void argMaxPrefersNanAndThenTheLowestColumn(int cols) throws KernelRejectedException {
        everyKernel("argmax(rows=11,cols=" + cols + ")", (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            MemorySegment x = trial.segment(0);
            fill(x, 0, cols, -INF);
            fill(x, cols, 2 * cols, INF);
            fill(x, 2 * cols, 3 * cols, NAN);
            fill(x, 3 * cols, 4 * cols, -0f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 3 * cols + cols / 3, 0f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols - 3, FOREIGN_NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols - 2, NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols + 7, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 5 * cols + 5, -INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols - 1, INF);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + cols / 3, 1e6f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 6 * cols + cols / 3 + 1, 1e6f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 7 * cols - 2, 1e6f);
            fill(x, 7 * cols, 8 * cols, -3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 8 * cols - 1, 1f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 8 * cols, NAN);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 10 * cols - 1, NAN);
            fill(x, 10 * cols, 11 * cols, 3e38f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 10 * cols + cols / 2, -INF);
            trial.run(kernel);
        });
    }

    @Test
    void sumsOfInfinitiesAndNanAreWhatTheyAreInDouble() throws KernelRejectedException {
        everyKernel("sum(rows=4,cols=77)", (workload, kernel) -> {
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
        everyKernel(op + "(rows=5,cols=77)", (workload, kernel) -> {
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
        int cols = 4101;
        everyKernel("layer_norm(rows=1,cols=" + cols + ")", (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            SplittableRandom random = new SplittableRandom(7);
            double[] x = new double[cols];
            for (int i = 0; i < cols; i++) {
                x[i] = (float) (30_000 + random.nextGaussian());
                trial.segment(0).setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x[i]);
            }
            fill(trial.segment(1), 0, cols, 1f);
            fill(trial.segment(2), 0, cols, 0f);
            trial.run(kernel);
            double mean = 0;
            for (double value : x) {
                mean += value / cols;
            }
            double variance = 0;
            for (double value : x) {
                variance += (value - mean) * (value - mean) / cols;
            }
            for (int i = 0; i < cols; i++) {
                double expected = (x[i] - mean) / Math.sqrt(variance + 1e-5);
                // Some roundings of numbers up to 4, which are 2.4e-7 each.
                assertThat((double) trial.segment(3).getAtIndex(ValueLayout.JAVA_FLOAT, i))
                        .isBetween(expected - 4e-6, expected + 4e-6);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 13, Integer.MAX_VALUE})
    void aWrongIndexMakesItsRowNanAndNoOther(int index) throws KernelRejectedException {
        for (int dim : new int[]{15, 40}) {
            everyKernel("embedding(rows=70,vocab=13,dim=" + dim + ")",
                    (workload, kernel) -> requireOneRowOfNan(workload, kernel, 0, index, dim));
            for (int interleaved : new int[]{0, 1}) {
                everyKernel("rope(rows=70,heads=2,head_dim=" + 2 * dim + ",positions=13,interleaved=" + interleaved
                        + ")", (workload, kernel) -> requireOneRowOfNan(workload, kernel, 3, index, 4 * dim));
            }
        }
    }

    private static void requireOneRowOfNan(Workload workload, LoadedKernel kernel, int buffer, int index, int width) {
        int row = 61;
        KernelTrial trial = trial(workload);
        trial.segment(buffer).setAtIndex(ValueLayout.JAVA_INT, row, index);
        trial.launch(kernel);
        MemorySegment out = trial.segment(workload.signature().buffers().size() - 1);
        for (int i = 0; i < 70 * width; i++) {
            assertThat(Float.isNaN(out.getAtIndex(ValueLayout.JAVA_FLOAT, i))).as("element %s of %s", i, workload)
                    .isEqualTo(i / width == row);
        }
    }

    @Test
    void aMaskedKeyOrValueHasNoInfluenceEvenIfItIsNan() throws KernelRejectedException {
        int ctx = 70;
        int stride = 2 * 24;
        everyKernel("attention(batch=1,q_len=20,ctx=70,heads=4,kv_heads=2,head_dim=24)", (workload, kernel) -> {
            KernelTrial trial = trial(workload);
            // The last key and value are seen by the last query only.
            fill(trial.segment(1), (ctx - 1) * stride, ctx * stride, NAN);
            fill(trial.segment(2), (ctx - 1) * stride, ctx * stride, NAN);
            trial.run(kernel);
        });
    }

    @Test
    void attentionTreatsInfiniteScoresAsItsDefinition() throws KernelRejectedException {
        int stride = 24;
        everyKernel("attention(batch=1,q_len=2,ctx=300,heads=1,kv_heads=1,head_dim=24,causal=0)",
                (workload, kernel) -> {
                    KernelTrial trial = trial(workload);
                    fill(trial.segment(0), 0, 24, 1f);
                    fill(trial.segment(0), 24, 48, -1f);
                    // For the first query more than a block of keys that count for nothing; for the second, infinity.
                    for (int key = 0; key < 290; key++) {
                        trial.segment(1).setAtIndex(ValueLayout.JAVA_FLOAT, key * stride, -INF);
                    }
                    trial.run(kernel);
                });
    }

    private static KernelTrial trial(Workload workload) {
        return new KernelTrial(backend, workload, workload.signature().maxAxes(), KernelTrial.Values.NORMAL, 3, 0);
    }

    private static void fill(MemorySegment segment, long from, long to, float value) {
        for (long i = from; i < to; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    private static void everyKernel(String text, Check check) throws KernelRejectedException {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        try (LoadedKernel baseline = backend.baseline(workload.signature()).orElseThrow()) {
            check.check(workload, baseline);
        }
        Set<KernelTemplate> templates = new HashSet<>();
        for (boolean isGpu : new boolean[]{false, true}) {
            templates.add(KernelFiles.template(workload.signature(), isGpu).orElseThrow());
        }
        for (KernelTemplate template : templates) {
            for (Map<String, Long> point : TemplatePoints.covering(template, workload.signature())) {
                KernelBinary binary = backend.compile(template.expand(point, workload.signature()),
                        workload.signature());
                try (LoadedKernel kernel = backend.load(binary, workload.signature())) {
                    check.check(workload, kernel);
                }
            }
        }
    }
}
