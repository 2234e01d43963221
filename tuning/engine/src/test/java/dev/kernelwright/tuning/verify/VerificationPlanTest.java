package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.fake.TestOps;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerificationPlanTest {
    private static List<String> shapes(Workload workload, long seed) {
        return VerificationPlan.of(workload, seed, false).stream().map(step -> Arrays.toString(step.axes()))
                .distinct().toList();
    }

    private static List<InputKind> kindsOfTheTimedShape(Workload workload, long seed, boolean searching) {
        VerificationPlan.Step first = VerificationPlan.of(workload, seed, searching).getFirst();
        assertThat(first.axes()).isEqualTo(workload.signature().maxAxes());
        assertThat(first.kinds()).startsWith(InputKind.NORMAL).doesNotHaveDuplicates();
        return first.kinds();
    }

    @Test
    void theTimedShapeSeesEveryKindOfDataThatTheOpIsDefinedOn() {
        for (Workload workload : List.of(TestOps.fixed(), TestOps.ranged())) {
            assertThat(kindsOfTheTimedShape(workload, 1, false)).containsExactlyInAnyOrderElementsOf(
                    EnumSet.complementOf(EnumSet.of(InputKind.NEAR_MAX, InputKind.MASKED)));
        }
        assertThat(kindsOfTheTimedShape(TestOps.gather(), 1, false)).noneMatch(InputKind::isSpecial);
    }

    @Test
    void subnormalNumbersAreNotTriedWhereTheyMayBeTakenAsZero() {
        Workload flushing = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 8).axis("cols", 64)
                .allow(Relaxation.FLUSH_TO_ZERO).build();
        assertThat(kindsOfTheTimedShape(flushing, 1, false)).doesNotContain(InputKind.SUBNORMALS)
                .contains(InputKind.ZEROS);
    }

    @Test
    void aSearchSeesNormalDataSmallIntegersAndOneSecretKind() {
        Set<InputKind> seen = EnumSet.noneOf(InputKind.class);
        for (long seed = 0; seed < 200; seed++) {
            List<InputKind> kinds = kindsOfTheTimedShape(TestOps.fixed(), seed, true);
            assertThat(kinds).hasSizeBetween(2, 3).contains(InputKind.SMALL_INTEGERS);
            seen.addAll(kinds);
        }
        assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(InputKind.NEAR_MAX, InputKind.MASKED)));
    }

    @Test
    void muchDataIsTriedOnOneSecretKindOfSpecialValuesAndInASearchOnOneSecretKindAtAll() {
        Workload large = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1 << 17).axis("cols", 64).build();
        Set<InputKind> special = EnumSet.noneOf(InputKind.class);
        for (long seed = 0; seed < 100; seed++) {
            assertThat(kindsOfTheTimedShape(large, seed, true)).hasSize(2);
            List<InputKind> kinds = kindsOfTheTimedShape(large, seed, false);
            assertThat(kinds).hasSize(8).filteredOn(InputKind::isSpecial).hasSize(1);
            special.add(kinds.getLast());
        }
        assertThat(special).containsExactlyInAnyOrder(InputKind.NANS, InputKind.POSITIVE_INFINITIES,
                InputKind.NEGATIVE_INFINITIES, InputKind.ZEROS, InputKind.SUBNORMALS);
    }

    @Test
    void theTimedShapeIsTriedInSlicesUnlessASearchHasMuchData() {
        Workload large = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1 << 17).axis("cols", 64).build();
        for (boolean searching : new boolean[]{true, false}) {
            assertThat(VerificationPlan.of(TestOps.fixed(), 1, searching)).filteredOn(VerificationPlan.Step::sliced)
                    .singleElement().satisfies(step -> assertThat(step.kinds()).containsExactly(InputKind.NORMAL));
            assertThat(VerificationPlan.of(large, 1, searching)).filteredOn(VerificationPlan.Step::sliced)
                    .hasSize(searching ? 0 : 1);
        }
    }

    @Test
    void aWorkloadOfOneShapeIsTriedOnThatShapeOnly() {
        assertThat(shapes(TestOps.fixed(), 1)).containsExactly("[8, 64]");
    }

    /** Attention to one query in each of some sequences, for example. */
    @Test
    void anAxisThatIsOneStaysOneWhereAnotherIsARange() {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1, 16).axis("cols", 1).build();
        for (long seed = 0; seed < 20; seed++) {
            assertThat(VerificationPlan.of(workload, seed, false)).allSatisfy(step -> {
                assertThat(step.axes()[0]).isBetween(1L, 16L);
                assertThat(step.axes()[1]).isEqualTo(1);
            });
        }
    }

    @Test
    void aRangeIsTriedAtBothEndsNextToTheEndAndToAPowerOfTwoAndSomewhereOdd() {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1, 1_000).axis("cols", 64).build();
        for (long seed = 0; seed < 50; seed++) {
            List<String> shapes = shapes(workload, seed);
            assertThat(shapes).contains("[1000, 64]", "[1, 64]", "[999, 64]", "[513, 64]").hasSizeBetween(5, 6);
            assertThat(VerificationPlan.of(workload, seed, false))
                    .allMatch(step -> step.axes()[0] >= 1 && step.axes()[0] <= 1_000)
                    .filteredOn(step -> step.axes()[0] < 999).allMatch(step -> step.axes()[0] % 2 == 1);
        }
        assertThat(shapes(workload, 1)).isNotEqualTo(shapes(workload, 2));
    }

    @Test
    void anEmptyExtentIsTriedWhereTheRangeHasIt() {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 0, 8).axis("cols", 64).build();
        assertThat(shapes(workload, 1)).contains("[0, 64]", "[1, 64]", "[5, 64]");
    }

    @Test
    void shapesThatTheOpForbidsAreLeftOut() {
        OpDefinition even = OpDefinition.named("even", 1).formula("y = x").axes("n").input("x", "n").output("y", "n")
                .require("n % 6 == 0").flops("0").exact().reference("1", (call, unit) -> {
                }).build();
        Workload workload = even.workload(DType.F32).axis("n", 6, 600).build();
        for (long seed = 0; seed < 20; seed++) {
            assertThat(VerificationPlan.of(workload, seed, false)).allMatch(step -> step.axes()[0] % 6 == 0);
        }
        assertThat(shapes(workload, 1)).hasSizeGreaterThan(2);
    }
}
