package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op of the catalogue, in every type, on awkward shapes and values: baselines and templates against the reference.
 *
 * <p>Compiling and the reference take most of the time. So each point of a template is compiled once with every axis a
 * range and run on all shapes, and every trial is run by all kernels. Two points of the device's own template, one of
 * those for other devices, and one that is compiled with fixed axes, are tried by default; the others, which together have
 * every value of every parameter, and for one shape in three and every special case one with fixed axes, have the tag
 * {@code stress}.
 */
public interface CatalogueContract extends ContractTopic {
    /** Up to so much work of the reference, a shape is tried on two kinds of values; above it, on one. */
    long CHEAP_FLOPS = 100_000;
    /** The row whose index is wrong, and the rows of a shape in which one is. */
    int WRONG_ROW = 61;
    /** The rows of a shape in which an index is wrong. */
    int ROWS_OF_WRONG = 70;

    @Test
    @Proves("M11")
    default void everyOpAndTypeThatIsPromisedHasABaselineAndAnUnknownOneHasNone() {
        Backend backend = contract().backend();
        for (OpDefinition op : StandardOps.all()) {
            for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
                Optional<LoadedKernel> baseline = backend.baseline(family(op).ranged(dtype).signature());
                boolean promised = contract().ops().contains(op) && contract().dtypes().contains(dtype);
                assertThat(baseline.isPresent()).as("whether %s in %s has a baseline", op.name(), dtype)
                        .isEqualTo(promised);
                baseline.ifPresent(LoadedKernel::close);
            }
        }
        KernelSignature unknown = BackendContract.increment().signature();
        assertThat(backend.baseline(unknown)).as("the baseline of an op that is not in the catalogue").isEmpty();
        assertThat(backend.template(unknown)).as("its template").isEmpty();
    }

    private static ShapeFamily family(OpDefinition op) {
        return ShapeFamily.all().stream().filter(family -> family.op().equals(op.name())).findFirst().orElseThrow(
                () -> new AssertionError("the contract has no shapes for " + op.name() + ": add some to ShapeFamily"));
    }

    @TestFactory
    @Proves({"M12", "M13", "M14", "M15"})
    default Stream<DynamicContainer> kernelsAreRight() {
        return containers(KernelSet.Part.ESSENTIAL);
    }

    /** Where a kernel takes a second to compile, these are minutes. */
    @TestFactory
    @Tag("stress")
    @Proves({"M12", "M13", "M14", "M15"})
    default Stream<DynamicContainer> kernelsAreRightAtAllOtherPoints() {
        return containers(KernelSet.Part.REST);
    }

    private Stream<DynamicContainer> containers(KernelSet.Part part) {
        List<String> ops = contract().ops().stream().map(OpDefinition::name).toList();
        return contract().dtypes().stream().sorted().flatMap(dtype -> ShapeFamily.all().stream()
                .filter(family -> ops.contains(family.op()))
                .map(family -> dynamicContainer(family.text() + ":" + dtype, tests(family, dtype, part))));
    }

    private Stream<DynamicTest> tests(ShapeFamily family, DType dtype, KernelSet.Part part) {
        KernelSet kernels = new KernelSet(contract(), family, dtype, part);
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(dynamicTest("M12 M13 on awkward shapes, touching nothing else", () -> runShapes(family, kernels)));
        List<SpecialCase> cases = SpecialCase.of(family, dtype);
        if (!cases.isEmpty()) {
            tests.add(dynamicTest("M14 on special values", () -> runSpecialCases(cases, kernels)));
        }
        List<BufferSpec> buffers = kernels.ranged().signature().buffers();
        int indices = buffers.stream().map(buffer -> buffer.indexLimit() != null).toList().indexOf(true);
        if (indices >= 0) {
            tests.add(dynamicTest("M15 on a wrong index", () -> runWrongIndices(family, indices, kernels)));
        }
        return tests.stream().onClose(kernels::close);
    }

    private void runShapes(ShapeFamily family, KernelSet kernels) throws KernelRejectedException {
        KernelTrial.Values[] kinds = KernelTrial.Values.values();
        for (int i = 0; i < family.shapes().size(); i++) {
            long[] shape = family.shapes().get(i);
            int first = i % kinds.length;
            int count = kernels.ranged().flops(shape) <= CHEAP_FLOPS ? 2 : 1;
            for (int kind = first; kind < first + count; kind++) {
                // Buffers begin at a cache line, or as badly as is allowed.
                try (KernelTrial trial = new KernelTrial(contract().backend(), kernels.ranged(), shape,
                        kinds[kind % kinds.length], i, (i + kind) % 2)) {
                    kernels.forAll(trial::run);
                    if (kind == first && isFixed(family, i, kernels.part())) {
                        kernels.runFixed(trial, i);
                    }
                }
            }
        }
        contract().scorecard().covered(family, kernels);
    }

    /** Whether a shape has a kernel of its own; by default only the one in the middle, neither empty nor large. */
    private static boolean isFixed(ShapeFamily family, int shape, KernelSet.Part part) {
        boolean isMiddle = shape == family.shapes().size() / 2;
        return switch (part) {
            case ESSENTIAL -> isMiddle;
            case REST -> shape % 3 == 2 && !isMiddle;
        };
    }

    private void runSpecialCases(List<SpecialCase> cases, KernelSet kernels) throws KernelRejectedException {
        for (int i = 0; i < cases.size(); i++) {
            try (KernelTrial trial = new KernelTrial(contract().backend(), kernels.ranged(), cases.get(i).axes(),
                    KernelTrial.Values.NORMAL, 3, 0)) {
                cases.get(i).fill().accept(trial);
                kernels.forAll(trial::run);
                if (kernels.part() == KernelSet.Part.REST) {
                    kernels.runFixed(trial, i);
                }
            }
        }
    }

    /** At the ends of the type, and one beside the range. */
    private void runWrongIndices(ShapeFamily family, int indices, KernelSet kernels) {
        List<long[]> shapes = family.shapes().stream().filter(axes -> axes[0] == ROWS_OF_WRONG).toList();
        assertThat(shapes).as("shapes of %s rows", ROWS_OF_WRONG).isNotEmpty();
        KernelSignature signature = kernels.ranged().signature();
        Expression limit = Objects.requireNonNull(signature.buffers().get(indices).indexLimit());
        for (long[] shape : shapes) {
            int first = (int) signature.evaluate(limit, shape);
            for (int index : new int[]{-1, first, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                try (KernelTrial trial = new KernelTrial(contract().backend(), kernels.ranged(), shape,
                        KernelTrial.Values.NORMAL, 3, 0)) {
                    trial.input(indices).set(WRONG_ROW, index);
                    kernels.forAll(kernel -> requireRefusedOrNan(trial, kernel));
                }
            }
        }
    }

    private static void requireRefusedOrNan(KernelTrial trial, LoadedKernel kernel) {
        try {
            trial.launch(kernel);
        } catch (IndexOutOfBoundsException e) {
            return;
        }
        Elements out = new Elements(trial.output(0));
        long width = out.count() / ROWS_OF_WRONG;
        for (long i = 0; i < out.count(); i++) {
            assertThat(Double.isNaN(out.get(i))).as("whether element %s is NaN, of rows of %s", i, width)
                    .isEqualTo(i / width == WRONG_ROW);
        }
    }
}
