package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import org.junit.jupiter.api.Test;

class SpeedRuleTest {
    private static Timing timing(double low, double median, double high) {
        return new Timing(median, low, low, high, 9);
    }

    @Test
    void aKernelIsFasterWhenItsUpperQuartileIsBelowTheBaselinesLowerOne() {
        assertThat(SpeedRule.isFaster(timing(80, 85, 90), timing(95, 100, 105))).isTrue();
        assertThat(SpeedRule.isFaster(timing(80, 85, 96), timing(95, 100, 105))).isFalse();
        assertThat(SpeedRule.isFaster(timing(95, 100, 105), timing(80, 85, 90))).isFalse();
    }

    @Test
    void aGainOfLessThanTwoPercentIsNone() {
        assertThat(SpeedRule.isFaster(timing(99, 99, 99), timing(100, 100, 100))).isFalse();
        assertThat(SpeedRule.isFaster(timing(97, 97, 97), timing(100, 100, 100))).isTrue();
    }

    @Test
    void candidatesAreRankedByTheirTimeRelativeToTheBaselines() {
        assertThat(SpeedRule.relativeTime(new Evaluation(ReasonCode.NOT_FASTER, "", 0, timing(1, 30, 40),
                timing(1, 120, 140), 0))).isEqualTo(0.25);
        assertThat(SpeedRule.relativeTime(Evaluation.rejected(ReasonCode.CRASHED, ""))).isInfinite();
    }

    @Test
    void aTimeFarBelowTheFloorIsImpossible() {
        assertThat(SpeedRule.isImpossible(timing(69, 69, 69), 100)).isTrue();
        assertThat(SpeedRule.isImpossible(timing(71, 71, 71), 100)).isFalse();
        assertThat(SpeedRule.isImpossible(timing(1, 1, 1), 0)).isFalse();
        assertThat(SpeedRule.isImpossible(timing(1, 1, 1), Double.NaN)).isFalse();
    }

    @Test
    void aTimeCloseToTheFloorEndsASearch() {
        assertThat(SpeedRule.isNearFloor(timing(104, 104, 104), 100)).isTrue();
        assertThat(SpeedRule.isNearFloor(timing(106, 106, 106), 100)).isFalse();
        assertThat(SpeedRule.isNearFloor(timing(1, 1, 1), Double.NaN)).isFalse();
    }
}
