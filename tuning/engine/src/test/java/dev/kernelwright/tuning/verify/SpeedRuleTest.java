package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpeedRuleTest {
    private static Timing timing(double low, double median, double high) {
        return new Timing(median, low, low, high, low, high, 9);
    }

    private static Timing constant(double nanos, int count) {
        double[] samples = new double[count];
        Arrays.fill(samples, nanos);
        return Timing.of(samples);
    }

    /** Samples of which the given share, in parts of a hundred, is disturbed. */
    private static Timing disturbed(double nanos, int percent, double disturbedNanos) {
        double[] samples = new double[100];
        Arrays.fill(samples, 0, 100 - percent, nanos);
        Arrays.fill(samples, 100 - percent, 100, disturbedNanos);
        return Timing.of(samples);
    }

    @Test
    void aKernelIsFasterWhereTheIntervalsOfTheMediansAreApart() {
        assertThat(SpeedRule.isFaster(disturbed(90, 35, 300), disturbed(100, 35, 300))).isTrue();
        assertThat(SpeedRule.isFaster(disturbed(90, 45, 300), disturbed(100, 10, 300))).isFalse();
        assertThat(SpeedRule.isFaster(constant(100, 31), constant(90, 31))).isFalse();
    }

    @Test
    void aGainOfLessThanTwoPercentIsNone() {
        assertThat(SpeedRule.isFaster(constant(99, 31), constant(100, 31))).isFalse();
        assertThat(SpeedRule.isFaster(constant(97, 31), constant(100, 31))).isTrue();
    }

    @Test
    void fewSamplesAreJudgedByTheirExtremes() {
        assertThat(SpeedRule.isFaster(Timing.of(new double[]{80, 90, 99}), Timing.of(new double[]{100}))).isFalse();
        assertThat(SpeedRule.isFaster(Timing.of(new double[]{80, 90, 97}), Timing.of(new double[]{100}))).isTrue();
    }

    @Test
    void theIntervalHoldsTheMedianInNineteenOfTwentyCases() {
        Random random = new Random(1);
        int held = 0;
        for (int i = 0; i < 2_000; i++) {
            // Skewed, as times are: the median of exp(x) is 1.
            Timing samples = Timing.of(random.doubles(51).map(u -> Math.exp(random.nextGaussian())).toArray());
            held += samples.medianLowNanos() <= 1 && samples.medianHighNanos() >= 1 ? 1 : 0;
        }
        // 19 of 20 are 1,900; the interval is a little wider, since ranks are whole.
        assertThat(held).isBetween(1_890, 1_970);
    }

    @Test
    void candidatesAreRankedByTheirTimeRelativeToTheBaselines() {
        assertThat(SpeedRule.relativeTime(new Evaluation(ReasonCode.NOT_FASTER, "", 0, timing(30, 35, 40),
                timing(120, 900, 990), 0, null))).isEqualTo(0.25);
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
