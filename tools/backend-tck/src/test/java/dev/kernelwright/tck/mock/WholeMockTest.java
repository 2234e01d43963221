package dev.kernelwright.tck.mock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The whole kit on a mock with nothing wrong; beside {@link KitMutationTest}, which takes about as long. */
class WholeMockTest {
    /** It keeps no SHOULD: those are skipped. */
    @Test
    void theMockThatIsWholeKeepsEveryRuleAndLeavesOutTheAdvice() {
        KitRun run = KitRun.of(Fault.NONE, method -> true);
        assertThat(run.failed()).as("%s", run.causes()).isEmpty();
        assertThat(run.skipped()).hasSize(3);
        assertThat(run.passed()).hasSizeGreaterThan(40);
    }
}
