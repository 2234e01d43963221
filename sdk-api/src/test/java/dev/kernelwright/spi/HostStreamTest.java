package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tensor.Tensor;
import org.junit.jupiter.api.Test;

class HostStreamTest {
    private final HostStream stream = new HostStream();

    @Test
    void aWorkspaceIsLentAgainIfItIsLargeEnough() {
        Tensor first = stream.borrowWorkspace(1001);
        assertThat(first.byteSize()).isBetween(1001L, 1004L);
        stream.returnWorkspace(first);
        assertThat(stream.borrowWorkspace(500)).isSameAs(first);
    }

    @Test
    void aLargerWorkspaceTakesThePlaceOfASmallerOne() {
        stream.returnWorkspace(stream.borrowWorkspace(100));
        Tensor larger = stream.borrowWorkspace(10_000);
        assertThat(larger.byteSize()).isEqualTo(10_000);
        stream.returnWorkspace(larger);
        assertThat(stream.borrowWorkspace(100)).isSameAs(larger);
    }

    @Test
    void whatIsLentIsNotLentTwice() {
        Tensor first = stream.borrowWorkspace(100);
        Tensor second = stream.borrowWorkspace(100);
        assertThat(first.overlaps(second)).isFalse();
    }
}
