package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With bodies that take as long as they are told, in place of kernels that HotSpot compiles well or badly. */
class WarmUpTest {
    private static final long FAST_NANOS = 100_000;
    private static final KernelSignature SIGNATURE = Add.DEFINITION.workload(DType.F32).axis("n", 64).build()
            .signature();

    @Test
    void aKernelThatIsFastAtOnceIsNotDefinedAgain() throws KernelRejectedException {
        BlockBody[] fast = bodies(FAST_NANOS);
        try (WarmUp warmUp = new WarmUp(SIGNATURE, 0, new int[]{2}, 2 * FAST_NANOS)) {
            BlockBody[] chosen = warmUp.run(fast, () -> {
                throw new AssertionError("was defined again");
            });
            assertThat(chosen).isSameAs(fast);
            assertThat(warmUp.reachedSpeed()).isTrue();
        }
    }

    @Test
    void aKernelWhoseFirstDefinitionIsSlowIsDefinedAgain() throws KernelRejectedException {
        BlockBody[] fast = bodies(FAST_NANOS);
        Deque<BlockBody[]> definitions = new ArrayDeque<>(List.<BlockBody[]>of(fast));
        try (WarmUp warmUp = new WarmUp(SIGNATURE, 0, new int[]{2}, 2 * FAST_NANOS)) {
            BlockBody[] chosen = warmUp.run(bodies(50 * FAST_NANOS), definitions::remove);
            assertThat(chosen).isSameAs(fast);
            assertThat(warmUp.reachedSpeed()).isTrue();
        }
    }

    @Test
    void ofDefinitionsThatAreAllSlowTheFastestIsKept() throws KernelRejectedException {
        BlockBody[] fastest = bodies(10 * FAST_NANOS);
        Deque<BlockBody[]> definitions = new ArrayDeque<>(
                List.of(bodies(40 * FAST_NANOS), fastest, bodies(80 * FAST_NANOS)));
        try (WarmUp warmUp = new WarmUp(SIGNATURE, 0, new int[]{2}, 2 * FAST_NANOS)) {
            BlockBody[] chosen = warmUp.run(bodies(20 * FAST_NANOS), definitions::remove);
            assertThat(definitions).isEmpty();
            assertThat(chosen).isSameAs(fastest);
            assertThat(warmUp.reachedSpeed()).isFalse();
        }
    }

    @Test
    void everyStepRunsAllItsBlocksOnInputsThatAreNotZero() throws KernelRejectedException {
        int[] runs = new int[5];
        BlockBody first = (block, arguments) -> {
            runs[block]++;
            assertThat(arguments.buffer(0).toFloatArray()).hasSize(64).doesNotContain(0f);
            assertThat(arguments.buffer(1).byteSize()).isEqualTo(256);
            assertThat(arguments.axes()).containsExactly(64);
        };
        BlockBody second = (block, arguments) -> runs[3 + block]++;
        try (WarmUp warmUp = new WarmUp(SIGNATURE, 256, new int[]{3, 2, 0}, 1)) {
            warmUp.run(new BlockBody[]{first, second, (block, arguments) -> {
                throw new AssertionError("a step without blocks was run");
            }}, () -> {
                throw new KernelRejectedException(ReasonCode.CRASHED, "enough");
            });
        } catch (KernelRejectedException e) {
            assertThat(e).hasMessage("enough");
        }
        assertThat(runs).doesNotContain(0);
    }

    @Test
    void aKernelTooLargeForAWarmUpIsTakenAsItIs() throws KernelRejectedException {
        KernelSignature large = Add.DEFINITION.workload(DType.F32).axis("n", 1L << 30).build().signature();
        BlockBody[] bodies = {(block, arguments) -> {
            throw new AssertionError("was run");
        }};
        try (WarmUp warmUp = new WarmUp(large, 0, new int[]{1}, 1)) {
            assertThat(warmUp.run(bodies, () -> bodies)).isSameAs(bodies);
            assertThat(warmUp.reachedSpeed()).isTrue();
        }
    }

    /** The body of a one-step kernel whose blocks take a certain time. */
    private static BlockBody[] bodies(long nanos) {
        return new BlockBody[]{(block, arguments) -> {
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        }};
    }
}
