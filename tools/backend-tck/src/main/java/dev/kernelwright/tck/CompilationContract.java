package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Sources, plans and binaries that are not acceptable. */
public interface CompilationContract extends ContractTopic {
    /** An author mends all that is wrong in one go, and a model has no other way to know. */
    @Test
    @Proves("M7")
    default void aSourceThatDoesNotCompileIsRefusedWithTheWholeLog() {
        KernelSource source = contract().source(ContractKernel.TWO_ERRORS);
        KernelRejectedException rejection = rejection(source);
        assertThat(rejection.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        for (String name : List.of("first_missing", "second_missing")) {
            long line = 1 + source.text().substring(0, source.text().indexOf(name)).lines().count() - 1;
            assertThat(rejection).hasMessageContaining(name);
            assertThat(rejection).as("the line of %s", name).hasMessageMatching("(?s).*\\b" + line + "\\b.*");
        }
    }

    @Test
    @Proves("M8")
    default void sourcesAndBinariesOfOtherBackendsAreRefused() throws KernelRejectedException {
        KernelSource source = contract().source(ContractKernel.INCREMENT);
        assertThat(rejection(new KernelSource("another language", source.text(), source.plan(), Map.of())))
                .hasMessageContaining("another language").hasMessageContaining(contract().backend().sourceLanguage());
        KernelBinary binary = compile(source);
        assertThat(refusedWhenLoaded(new KernelBinary("another format", binary.bytes(), binary.plan(), "")))
                .hasMessageContaining("another format");
    }

    /** A record may have been damaged in a way that its digest does not show, or have been made to do harm. */
    @Test
    @Proves("M9")
    default void aBinaryThatIsNoneIsRefusedWhenItIsLoaded() throws KernelRejectedException {
        KernelBinary binary = compile(contract().source(ContractKernel.INCREMENT));
        for (byte[] bytes : List.of(new byte[0], new byte[]{1, 2, 3, 4, 5, 6, 7, 8}, new byte[4096])) {
            assertThat(refusedWhenLoaded(new KernelBinary(binary.format(), bytes, binary.plan(), "")))
                    .hasMessageContaining(
                            ": ");
        }
    }

    @TestFactory
    @Proves("M10")
    default Stream<DynamicTest> aPlanThatTheDeviceCannotLaunchIsRefusedBeforeALaunch() {
        Map<String, LaunchPlan> plans = new LinkedHashMap<>();
        LaunchPlan plan = contract().source(ContractKernel.INCREMENT).plan();
        LaunchPlan.Step step = plan.steps().getFirst();
        plans.put("a missing entry", of(step("start", step.grid(), step.block(), 0), "0"));
        plans.put("a negative grid", of(step(step.entry(), list("n - 2000"), step.block(), 0), "0"));
        plans.put("a grid that divides by zero", of(step(step.entry(), list("100 / n"), step.block(), 0), "0"));
        plans.put("a grid over another op's axis", of(step(step.entry(), list("rows"), step.block(), 0), "0"));
        plans.put("a huge block", of(step(step.entry(), list("1"), list("1048576"), 0), "0"));
        plans.put("a block of nothing", of(step(step.entry(), list("1"), list("n"), 0), "0"));
        plans.put("huge shared memory", of(step(step.entry(), step.grid(), step.block(), 1L << 40), "0"));
        plans.put("a negative workspace", of(step, "0 - 4"));
        return plans.entrySet().stream().map(entry -> dynamicTest(entry.getKey(), () -> {
            KernelSource source = contract().source(ContractKernel.INCREMENT);
            KernelRejectedException rejection = rejection(
                    new KernelSource(source.language(), source.text(), entry.getValue(), Map.of()));
            assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
            assertThat(rejection.getMessage()).isNotBlank();
        }));
    }

    private static LaunchPlan of(LaunchPlan.Step step, String workspace) {
        return new LaunchPlan(List.of(step), Expression.parse(workspace));
    }

    private static LaunchPlan.Step step(String entry, List<Expression> grid, List<Expression> block, long shared) {
        return new LaunchPlan.Step(entry, grid, block, Expression.constant(shared));
    }

    private static List<Expression> list(String expression) {
        return List.of(Expression.parse(expression));
    }

    private KernelBinary compile(KernelSource source) throws KernelRejectedException {
        return contract().backend().compile(source, BackendContract.increment().signature());
    }

    /** Returns how a source is refused, when it is compiled or, if not before, when it is loaded. */
    private KernelRejectedException rejection(KernelSource source) {
        Backend backend = contract().backend();
        KernelSignature signature = BackendContract.increment().signature();
        return catchThrowableOfType(KernelRejectedException.class,
                () -> backend.load(backend.compile(source, signature), signature).close());
    }

    private KernelRejectedException refusedWhenLoaded(KernelBinary binary) {
        return catchThrowableOfType(KernelRejectedException.class,
                () -> contract().backend().load(binary, BackendContract.increment().signature()).close());
    }
}
