package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import java.util.List;
import java.util.Map;

/** Sources of small kernels, written in tests. */
final class KernelSources {
    /** What every kernel of the tests is launched with, that of {@code gelu}. */
    static final String PARAMETERS = "int block, MemorySegment x, MemorySegment out, long n";

    private KernelSources() {}

    /** A class in the kernels' package with the given members. */
    static String classOf(String members) {
        return """
                package %s;

                import java.lang.foreign.*;
                import java.nio.ByteOrder;
                import jdk.incubator.vector.*;

                final class Sample {
                %s
                }
                """.formatted(KernelCompiler.PACKAGE, members);
    }

    /** A class whose {@code run} has the given body, followed by further members. */
    static String running(String body, String... members) {
        return classOf("static void run(" + PARAMETERS + ") { " + body + " }\n" + String.join("\n", members));
    }

    static KernelSource source(String text, LaunchPlan plan) {
        return new KernelSource(CpuBackend.LANGUAGE, text, plan, Map.of());
    }

    static LaunchPlan plan(String entry, String grid, String workspace) {
        return new LaunchPlan(List.of(new LaunchPlan.Step(entry, List.of(Expression.parse(grid)), List.of(),
                Expression.constant(0))), Expression.parse(workspace));
    }
}
