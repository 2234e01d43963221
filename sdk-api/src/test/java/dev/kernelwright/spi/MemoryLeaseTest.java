package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryLeaseTest {
    private final List<String> calls = new ArrayList<>();
    private final MemoryLease lease = new MemoryLease(100, () -> calls.add("free"));

    private MemoryLease.Loan lend(long bytes) {
        return lease.tryLend(bytes, () -> calls.add("recall of " + bytes)).orElseThrow();
    }

    @Test
    void whatTheApplicationNeedsIsRecalledOnlyIfThereIsNoRoom() {
        MemoryLease.Loan loan = lend(60);
        assertThat(lease.tryReserve(40)).isTrue();
        assertThat(calls).isEmpty();
        assertThat(lease.tryReserve(1)).isTrue();
        assertThat(calls).containsExactly("free", "recall of 60");
        assertThat(lease.heldBytes()).isEqualTo(41);
        loan.close();
        assertThat(lease.heldBytes()).isEqualTo(41);
        assertThat(loan.tryEnlarge(1)).isFalse();
        assertThat(lease.heldBytes()).isEqualTo(41);
    }

    @Test
    void aLoanTakesNothingFromTheApplicationNorFromAnotherLoan() {
        assertThat(lease.tryReserve(50)).isTrue();
        try (MemoryLease.Loan loan = lend(40)) {
            assertThat(lease.tryLend(11, () -> {
            })).isEmpty();
            assertThat(loan.tryEnlarge(10)).isTrue();
            assertThat(loan.tryEnlarge(1)).isFalse();
            assertThat(lease.heldBytes()).isEqualTo(100);
        }
        assertThat(calls).doesNotContain("recall of 40");
        assertThat(lease.heldBytes()).isEqualTo(50);
    }

    @Test
    void aLowerLimitRecallsWhatIsLentAndTakesNothingElse() {
        assertThat(lease.tryReserve(50)).isTrue();
        lend(40);
        lease.limit(90);
        assertThat(calls).isEmpty();
        lease.limit(10);
        assertThat(calls).containsExactly("free", "recall of 40");
        assertThat(lease.heldBytes()).isEqualTo(50);
        assertThat(lease.tryReserve(1)).isFalse();
        assertThatThrownBy(() -> lease.limit(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 0");
    }
}
