package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TimingTest {
    @Test
    void quantilesAreInterpolatedBetweenTheSortedSamples() {
        double[] samples = {40, 10, 30, 20};
        // Positions 0.75, 1.5 and 2.25 among 10, 20, 30, 40.
        assertThat(Timing.of(samples)).isEqualTo(new Timing(25, 10, 17.5, 32.5, 10, 40, 4));
        assertThat(samples).containsExactly(40, 10, 30, 20);
    }

    @Test
    void quartilesOfFiveSamplesAreSamples() {
        assertThat(Timing.of(new double[]{5, 1, 4, 2, 3})).isEqualTo(new Timing(3, 1, 2, 4, 1, 5, 5));
    }

    @Test
    void oneSampleIsEveryQuantile() {
        assertThat(Timing.of(new double[]{7})).isEqualTo(new Timing(7, 7, 7, 7, 7, 7, 1));
    }

    @Test
    void theSpreadIsTheDistanceOfTheQuartilesOverTheMedian() {
        assertThat(Timing.of(new double[]{40, 10, 30, 20}).relativeSpread()).isEqualTo(0.6);
        assertThat(Timing.of(new double[]{8, 8, 8}).relativeSpread()).isZero();
    }

    @Test
    void noSamplesAreRefused() {
        assertThatThrownBy(() -> Timing.of(new double[0])).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a timing was asked for without samples: take at least one");
    }
}
