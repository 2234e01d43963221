package dev.kernelwright.tuning.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tuning.fake.TestOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferLayoutTest {
    private static final KernelSignature SIGNATURE = TestOps.gather().signature();

    private static List<BufferLayout.Region> regions(BufferLayout layout) {
        List<BufferLayout.Region> regions = new ArrayList<>(layout.buffers());
        regions.add(layout.workspace());
        return regions;
    }

    @Test
    void everyBufferIsAlignedAndHasAGuardBandOnBothSides() {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            BufferLayout layout = BufferLayout.of(SIGNATURE, new long[]{7, 40, 3}, random.nextInt(100),
                    () -> random.nextInt(16));
            long end = 0;
            for (BufferLayout.Region region : regions(layout)) {
                assertThat(region.offset() % 64).isZero();
                assertThat(region.offset() - end).isGreaterThanOrEqualTo(BufferLayout.GUARD_BYTES);
                end = region.end();
            }
            assertThat(layout.byteSize() - end).isGreaterThanOrEqualTo(BufferLayout.GUARD_BYTES);
            assertThat(layout.byteSize() % 4096).isZero();
        }
    }

    @Test
    void slicesBeginOneElementFurtherBehindTheSameGuardBands() {
        BufferLayout layout = BufferLayout.of(SIGNATURE, new long[]{7, 40, 3}, 10, () -> 0, true);
        assertThat(layout.buffers()).allMatch(region -> region.offset() % 64 == 4);
        assertThat(layout.workspace().offset() % 64).isZero();
        for (int i = 1; i < layout.buffers().size(); i++) {
            assertThat(layout.buffers().get(i).offset() - layout.buffers().get(i - 1).end())
                    .isGreaterThanOrEqualTo(BufferLayout.GUARD_BYTES);
        }
    }

    @Test
    void buffersHaveTheSizeOfTheirShapesAndAWorkspaceThatOfWholeWords() {
        BufferLayout layout = BufferLayout.of(SIGNATURE, new long[]{7, 40, 3}, 10, () -> 0);
        assertThat(regions(layout)).extracting(BufferLayout.Region::byteSize).containsExactly(4L * 40 * 3, 4L * 7,
                4L * 7 * 3, 4L * 7, 12L);
    }
}
