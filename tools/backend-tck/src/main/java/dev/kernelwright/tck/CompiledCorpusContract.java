package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Hostile and honest kernels of one backend as far as they can be judged without its device: screened and compiled.
 *
 * <p>What is to be rejected before it is launched is rejected here already; everything else compiles, so that on the
 * device it is judged by what it does. {@link KernelCorpusContract} is for the device.
 */
public abstract class CompiledCorpusContract {
    /** What a compiler and the screens around it say. */
    private static final Set<String> BEFORE_A_LAUNCH =
            Set.of(ReasonCode.COMPILE_ERROR.name(), ReasonCode.FORBIDDEN_MEMBER.name());

    /** For subclasses. */
    protected CompiledCorpusContract() {}

    /** Returns a folder with the folders {@code attacks} and {@code honest}, one kernel a file. */
    protected abstract Path corpus();

    /** Returns the source language. */
    protected abstract String language();

    /** Screens and compiles a kernel, and looks at its plan as far as that is possible without a device. */
    protected abstract void compile(KernelSource source, KernelSignature signature) throws KernelRejectedException;

    private List<CorpusKernel> attacks() {
        return CorpusKernel.readAll(corpus().resolve("attacks"));
    }

    private List<CorpusKernel> honest() {
        return CorpusKernel.readAll(corpus().resolve("honest"));
    }

    /** Every attack of the catalogue has a kernel, and each expects a reason that the catalogue has for it. */
    @Test
    void everyAttackOfTheCatalogueIsTriedForOneOfItsReasons() {
        assertThat(new TreeSet<>(attacks().stream().map(CorpusKernel::attack).toList()))
                .containsExactly(Attack.values());
        assertThat(attacks())
                .allSatisfy(kernel -> assertThat(kernel.attack().reasons()).containsAll(kernel.expected()));
    }

    /** What can be rejected before a launch is, for its reason. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    Stream<DynamicTest> anAttackThatACompilerSeesIsRejected() {
        return tests(attacks().stream().filter(kernel -> BEFORE_A_LAUNCH.contains(kernel.get("expects"))));
    }

    /** There is an honest kernel of every op, and the first of each compiles. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    Stream<DynamicTest> anHonestKernelOfEveryOpCompiles() {
        SortedMap<String, CorpusKernel> first = CorpusKernel.firstOfEachOp(honest());
        assertThat(first.keySet()).containsExactlyElementsOf(
                StandardOps.catalog().definitions().stream().map(OpDefinition::name).sorted().toList());
        return tests(first.values().stream());
    }

    /** All others of the corpus get as far as a launch, or their plan is refused where that is expected. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    @Tag("stress")
    Stream<DynamicTest> everyOtherKernelCompiles() {
        return tests(Stream.concat(honest().stream(),
                attacks().stream().filter(kernel -> !BEFORE_A_LAUNCH.contains(kernel.get("expects")))));
    }

    private Stream<DynamicTest> tests(Stream<CorpusKernel> kernels) {
        return kernels.map(kernel -> dynamicTest(kernel.file(), () -> requireAsExpected(kernel)));
    }

    private void requireAsExpected(CorpusKernel kernel) {
        Optional<String> expected = Optional.ofNullable(kernel.header().get("expects"));
        try {
            compile(kernel.source(language()), kernel.workload().signature());
            assertThat(expected.filter(BEFORE_A_LAUNCH::contains)).as("%s was compiled", kernel).isEmpty();
        } catch (KernelRejectedException e) {
            assertThat(e.reason().name()).as("%s: %s", kernel, e.getMessage())
                    .isEqualTo(expected.orElse("no rejection"));
        }
    }
}
