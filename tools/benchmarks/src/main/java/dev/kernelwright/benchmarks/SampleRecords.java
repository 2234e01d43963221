package dev.kernelwright.benchmarks;

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
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Records of the size that the CPU's kernels have: about 3 KB of source and 5 KB of class file, 12 KB as JSON. */
final class SampleRecords {
    static final Target TARGET = new Target(List.of(Target.exact("backend", "cpu"), Target.exact("cpu", "a processor"),
            Target.exact("threads", "2"), Target.atLeast("java", "25"), Target.ignored("os", "Linux")));

    private static final int SOURCE_LINES = 60;
    private static final int BINARY_BYTES = 5_000;

    private SampleRecords() {}

    static TuningRecord record(int number) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("abi", "1");
        fields.put("op", "rms_norm@1");
        fields.put("dtype", "f32");
        fields.put("layout", "row_major");
        fields.put("numerics", "strict");
        fields.put("axis.rows", "1..64");
        fields.put("axis.cols", Integer.toString(number));
        fields.put("attribute.eps", "1.0E-5");
        TARGET.fields(Target.Match.EXACT).forEach(field -> fields.put("target." + field.name(), field.value()));
        LaunchPlan plan = new LaunchPlan(List.of(new LaunchPlan.Step("run",
                List.of(Expression.parse("ceil_div(rows, 4)")), List.of(), Expression.constant(0))),
                Expression.constant(0));
        StringBuilder source = new StringBuilder();
        for (int line = 0; line < SOURCE_LINES; line++) {
            source.append("        acc").append(line).append(" = x").append(line).append(".fma(w, acc")
                    .append(number % (line + 1)).append(");\n");
        }
        byte[] code = new byte[BINARY_BYTES];
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < code.length; i++) {
            code[i] = (byte) random.nextInt(32);
        }
        Timing timing = new Timing(1234.5, 1200, 1210.25, 1300, 1230, 1240, 50);
        return new TuningRecord(new KernelKey(fields), TARGET,
                new TuningRecord.Kernel(new KernelSource("java-vector", source.toString(), plan, Map.of("UNROLL", 4L)),
                        new KernelBinary("class", code, plan, "")),
                new Evaluation(ReasonCode.ACCEPTED, "right and 4.00 times as fast", 0.25, timing, timing, 500, null),
                Map.of("generator", "template"), Instant.EPOCH, null);
    }
}
