package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompiledPlanTest {
    private static final KernelSignature FIXED = signature("softmax(rows=6,cols=100)");
    private static final KernelSignature RANGED = signature("softmax(rows=1..6,cols=100)");

    private static KernelSignature signature(String workload) {
        return StandardOps.catalog().parse(workload, DType.F32).signature();
    }

    private static LaunchPlan plan(String grid, String block, String sharedBytes, String workspaceBytes) {
        return new LaunchPlan(List.of(new LaunchPlan.Step("run", List.of(Expression.parse(grid), Expression.parse("3")),
                List.of(Expression.parse(block)), Expression.parse(sharedBytes))), Expression.parse(workspaceBytes));
    }

    @Test
    void sizesAreEvaluatedFromTheAxesOfACall() throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(plan("ceil_div(rows, 4)", "cols", "rows * 8", "rows * cols"), RANGED);
        long[] axes = {5, 100};
        assertThat(plan.stepCount()).isEqualTo(1);
        assertThat(plan.entry(0)).isEqualTo("run");
        assertThat(plan.gridDimensions(0)).isEqualTo(2);
        assertThat(plan.blockDimensions(0)).isEqualTo(1);
        assertThat(plan.grid(0, 0, axes)).isEqualTo(2);
        assertThat(plan.grid(0, 1, axes)).isEqualTo(3);
        assertThat(plan.grid(0, 2, axes)).isEqualTo(1);
        assertThat(plan.block(0, 0, axes)).isEqualTo(100);
        assertThat(plan.block(0, 1, axes)).isEqualTo(1);
        assertThat(plan.sharedBytes(0, axes)).isEqualTo(40);
        assertThat(plan.hasWorkspace()).isTrue();
        assertThat(plan.workspaceBytes(axes)).isEqualTo(500);
    }

    @Test
    void aWorkspaceThatIsZeroHereIsStillAParameter() throws KernelRejectedException {
        CompiledPlan some = new CompiledPlan(plan("rows", "1", "0", "rows - 6"), FIXED);
        assertThat(some.hasWorkspace()).isTrue();
        assertThat(some.workspaceBytes(FIXED.maxAxes())).isZero();
        assertThat(new CompiledPlan(plan("rows", "1", "0", "0"), FIXED).hasWorkspace()).isFalse();
    }

    private static LaunchPlan plan(String cluster, String buffer) {
        return new LaunchPlan(
                List.of(new LaunchPlan.Step("run", List.of(Expression.parse("rows")), List.of(Expression.parse("32")),
                        Expression.constant(0), List.of(Expression.parse(cluster)), true)),
                Expression.constant(0), List.of(new LaunchPlan.TensorMap(buffer, List.of(Expression.parse("cols")),
                        List.of(Expression.parse("rows * 4")), Expression.constant(128))));
    }

    @Test
    void clustersAndTensorMapsAreEvaluatedFromTheAxesOfACall() throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(plan("rows", "out"), RANGED);
        long[] axes = {2, 100};
        assertThat(plan.clusterDimensions(0)).isEqualTo(1);
        assertThat(plan.cluster(0, 0, axes)).isEqualTo(2);
        assertThat(plan.cluster(0, 1, axes)).isEqualTo(1);
        assertThat(plan.isCooperative(0)).isTrue();
        assertThat(plan.tensorMaps()).singleElement().satisfies(map -> {
            assertThat(RANGED.buffers().get(map.buffer()).name()).isEqualTo("out");
            assertThat(map.dims().getFirst().evaluate(axes)).isEqualTo(100);
            assertThat(map.box().getFirst().evaluate(axes)).isEqualTo(8);
            assertThat(map.swizzleBytes().evaluate(axes)).isEqualTo(128);
        });
    }

    @Test
    void aDeviceThatLaunchesSeparateBlocksAloneCanRefuseTheRest() throws KernelRejectedException {
        new CompiledPlan(plan("rows", "1", "0", "0"), FIXED).requireSeparateBlocks("cpu:0");
        CompiledPlan clusters = new CompiledPlan(plan("rows", "out"), FIXED);
        assertThatThrownBy(() -> clusters.requireSeparateBlocks("cpu:0"))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("which cpu:0 does not launch");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "rows - 1 | out | a cluster of 'run' has 0 blocks",
            "1        | y   | a tensor map is of the buffer 'y', but the buffers are [x, out]: use one of them"})
    void aClusterOrTensorMapThatIsNoneIsRefused(String cluster, String buffer, String said) {
        assertThatThrownBy(() -> new CompiledPlan(plan(cluster, buffer), RANGED))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "rows - 7     | 1        | 0        | 0        | the grid of 'run' has -",
            "rows         | cols-100 | 0        | 0        | a block of 'run' has 0 threads",
            "rows         | 1        | 0 - rows | 0        | the shared memory of 'run' has -",
            "rows         | 1        | 0        | 0 - rows | the workspace has -",
            "planets      | 1        | 0        | 0        | planets",
            "cols / (cols - 100) | 1 | 0        | 0        | by zero"})
    void aPlanThatCannotBeLaunchedIsRefused(String grid, String block, String shared, String workspace, String said) {
        for (KernelSignature signature : List.of(FIXED, RANGED)) {
            assertThatThrownBy(() -> new CompiledPlan(plan(grid, block, shared, workspace), signature))
                    .isInstanceOfSatisfying(KernelRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(ReasonCode.INVALID_PLAN))
                    .hasMessageContaining(said);
        }
    }

    private static void assertRefusedOfBlockPool(LaunchPlan plan, String what) {
        assertThatThrownBy(() -> CompiledPlan.forBlockPool(plan, RANGED, "an abacus"))
                .isInstanceOfSatisfying(KernelRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.INVALID_PLAN))
                .hasMessageContaining(what);
    }

    private static LaunchPlan hostPlan(String grid, String workspaceBytes) {
        return new LaunchPlan(List.of(new LaunchPlan.Step("run", List.of(Expression.parse(grid)), List.of(),
                Expression.constant(0))), Expression.parse(workspaceBytes));
    }

    @Test
    void aBlockPoolRunsOneDimensionOfBlocksThatAreOneThreadEach() throws KernelRejectedException {
        assertThat(CompiledPlan.forBlockPool(hostPlan("rows", "cols"), RANGED, "an abacus")
                .grid(0, 0, new long[]{3, 100})).isEqualTo(3);
        assertRefusedOfBlockPool(plan("rows", "1", "0", "0"), "which an abacus does not have");
        assertRefusedOfBlockPool(hostPlan("rows * 400000000", "0"), "has 2400000000 blocks");
        assertRefusedOfBlockPool(hostPlan("rows", "rows * 100000000"), "the workspace has 600000000 bytes");
    }
}
