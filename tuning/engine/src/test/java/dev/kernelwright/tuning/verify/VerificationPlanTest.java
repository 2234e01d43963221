package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.OpDefinition;
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

    @Test
    void theTimedShapeSeesEveryKindOfData() {
        for (Workload workload : List.of(TestOps.fixed(), TestOps.ranged())) {
            for (boolean searching : List.of(false, true)) {
                VerificationPlan.Step first = VerificationPlan.of(workload, 1, searching).getFirst();
                assertThat(first.axes()).containsExactly(8, 64);
                assertThat(first.kinds()).containsExactlyInAnyOrder(InputKind.values()).startsWith(InputKind.NORMAL);
            }
        }
    }

    @Test
    void aSearchOverMuchDataSeesNormalDataAndOneSecretKind() {
        Workload large = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1 << 16).axis("cols", 64).build();
        assertThat(VerificationPlan.isShortened(large)).isTrue();
        assertThat(VerificationPlan.isShortened(TestOps.fixed())).isFalse();
        Set<InputKind> seen = EnumSet.noneOf(InputKind.class);
        for (long seed = 0; seed < 50; seed++) {
            List<InputKind> kinds = VerificationPlan.of(large, seed, true).getFirst().kinds();
            assertThat(kinds).hasSize(2).startsWith(InputKind.NORMAL).doesNotHaveDuplicates();
            seen.addAll(kinds);
            assertThat(VerificationPlan.of(large, seed, false).getFirst().kinds()).hasSize(InputKind.values().length);
        }
        assertThat(seen).containsExactlyInAnyOrder(InputKind.values());
    }

    @Test
    void aWorkloadOfOneShapeIsTriedOnThatShapeOnly() {
        assertThat(shapes(TestOps.fixed(), 1)).containsExactly("[8, 64]");
    }

    @Test
    void aRangeIsTriedAtBothEndsOneBelowTheEndAndSomewhereOdd() {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1, 1_000).axis("cols", 64).build();
        for (long seed = 0; seed < 50; seed++) {
            List<String> shapes = shapes(workload, seed);
            assertThat(shapes).contains("[1000, 64]", "[1, 64]", "[999, 64]").hasSizeBetween(4, 5);
            assertThat(VerificationPlan.of(workload, seed, false))
                    .allMatch(step -> step.axes()[0] >= 1 && step.axes()[0] <= 1_000)
                    .filteredOn(step -> step.axes()[0] < 999).allMatch(step -> step.axes()[0] % 2 == 1);
        }
        assertThat(shapes(workload, 1)).isNotEqualTo(shapes(workload, 2));
    }

    @Test
    void anEmptyExtentIsTriedWhereTheRangeHasIt() {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 0, 8).axis("cols", 64).build();
        assertThat(shapes(workload, 1)).contains("[0, 64]");
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
