package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.Verification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tuning records to test with. */
final class Records {
    static final Instant CREATED = Instant.parse("2026-03-01T12:30:45.123456789Z");
    /** Later than any test. */
    static final Instant EXPIRES = Instant.parse("2199-12-31T23:59:59Z");
    static final LaunchPlan PLAN = plan("run", "ceil_div(rows, 4)");
    static final Target TARGET = new Target(List.of(
            Target.exact("backend", "cpu-vector"),
            Target.exact("isa", "avx512"),
            Target.ignored("model", "Xeon \"Sapphire\" é")));

    private Records() {}

    /** Returns a key that differs from those of other names. */
    static KernelKey key(String op) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("abi", "1");
        fields.put("op", op);
        fields.put("dtype", "f32");
        fields.put("axis.rows", "1..64");
        fields.put("attribute.eps", "1.0E-5");
        fields.put("target.isa", "avx512");
        return new KernelKey(fields);
    }

    static LaunchPlan plan(String entry, String grid) {
        return new LaunchPlan(List.of(
                new LaunchPlan.Step(entry, List.of(Expression.parse(grid)), List.of(), Expression.constant(0))),
                Expression.constant(0));
    }

    /** Returns an accepted kernel with a value in every field. */
    static TuningRecord tuned(KernelKey key) {
        return tuned(key, "static void run(int block) {\n\t// \"größer\" \\ 😀\n}\n");
    }

    /** Returns an accepted kernel with the given source. */
    static TuningRecord tuned(KernelKey key, String text) {
        Map<String, Long> parameters = new LinkedHashMap<>();
        parameters.put("UNROLL", 4L);
        parameters.put("ROWS", Long.MIN_VALUE);
        KernelSource source = new KernelSource("java-vector", text, PLAN, parameters);
        byte[] code = {(byte) 0xCA, (byte) 0xFE, 0, -1, 127};
        return withKernel(key, new TuningRecord.Kernel(source, new KernelBinary("class", code, PLAN, "note: fine\n")));
    }

    static TuningRecord withKernel(KernelKey key, TuningRecord.Kernel kernel) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("generator", "template");
        provenance.put("candidates", "12");
        provenance.put("a", "not in alphabetical order");
        return new TuningRecord(key, TARGET, kernel, ACCEPTED, provenance, CREATED, EXPIRES);
    }

    static final Evaluation ACCEPTED = new Evaluation(ReasonCode.ACCEPTED, "1.9 times as fast as the baseline", 0.125,
            new Timing(1234.5, 1200, 1210.25, 1300, 1230, 1240.5, 50),
            new Timing(2400, 2300.1, 2350, 2500, 2390, 2410, 50), 812.0625,
            new Verification("(9 + 4 sqrt(4)) u m = 17 u m", List.of("normal data", "small integers"), 4096, 0.25, 0.5,
                    0, "limits"));

    /** Returns the finding that no kernel beats the baseline, with null or NaN wherever that may be. */
    static TuningRecord untuned(KernelKey key) {
        return new TuningRecord(key, new Target(List.of()), null,
                Evaluation.rejected(ReasonCode.NOT_FASTER, "nothing beat the baseline"), Map.of(), CREATED, null);
    }

    /** Returns a record whose file has about 1,500 bytes, for tests that go through all of them. */
    static TuningRecord small(KernelKey key) {
        KernelSource source = new KernelSource("c", "void run(){}", PLAN, Map.of());
        return new TuningRecord(key, new Target(List.of()),
                new TuningRecord.Kernel(source, new KernelBinary("so", new byte[]{1, 2}, PLAN, "")),
                Evaluation.rejected(ReasonCode.ACCEPTED, "fine"), Map.of(), CREATED, null);
    }

    /** Asserts that two records are equal in every field, the order of every map, and the bytes of the binary. */
    static void assertSame(TuningRecord actual, TuningRecord expected) {
        // By bits: AssertJ would take numbers as equal that are close, and NaN as unequal.
        assertThat(actual).usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.doubleToLongBits(a) == Double.doubleToLongBits(b), Double.class)
                .isEqualTo(expected);
        assertThat(maps(actual)).isEqualTo(maps(expected));
    }

    private static List<Object> maps(TuningRecord record) {
        List<Object> entries = new ArrayList<>(record.key().fields().entrySet());
        entries.addAll(record.provenance().entrySet());
        if (record.kernel() != null) {
            entries.addAll(record.kernel().source().parameters().entrySet());
        }
        return entries;
    }

    /** Returns the file of a record whose text was changed, with a digest that fits. */
    static byte[] signed(byte[] file, String from, String to) {
        String text = new String(file, StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        return sign(text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the file with a digest that fits what is before it. */
    static byte[] sign(byte[] file) {
        int trailer = "  \"sha256\": \"".length() + 64 + "\"\n}\n".length();
        byte[] json = new byte[file.length - trailer];
        System.arraycopy(file, 0, json, 0, json.length);
        return RecordEnvelope.seal(json);
    }
}
