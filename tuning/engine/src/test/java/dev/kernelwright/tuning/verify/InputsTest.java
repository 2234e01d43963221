package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kernelwright.tensor.DType;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InputsTest {
    private static final int COUNT = 100_000;

    private static double[] values(InputKind kind, long seed) {
        SecretSequence numbers = new SecretSequence(seed);
        return LongStream.range(0, COUNT).mapToDouble(i -> kind.value(numbers, i, COUNT, DType.F32)).toArray();
    }

    @ParameterizedTest
    @CsvSource({"SMALL_INTEGERS, 0, 4.899", "NORMAL, 0, 1", "LARGE, 0, 64", "SMALL, 0, 0.015625", "OFFSET, 128, 1"})
    void everyKindHasTheMeanAndTheSpreadThatItIsNamedFor(InputKind kind, double mean, double deviation) {
        double[] values = values(kind, 1);
        double average = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values).map(v -> (v - average) * (v - average)).average().orElseThrow();
        // The standard error of the mean is deviation / sqrt(100,000), 0.3 %; that of the deviation is smaller.
        assertThat(average).isCloseTo(mean, within(0.02 * deviation));
        assertThat(Math.sqrt(variance)).isCloseTo(deviation, within(0.02 * deviation));
    }

    @ParameterizedTest
    @EnumSource
    void neighboursHaveTheValuesThatEachHasAlone(InputKind kind) {
        SecretSequence numbers = new SecretSequence(6);
        double[] values = new double[1_000];
        kind.fill(numbers, 77, COUNT, DType.F16, values, values.length);
        assertThat(values).isEqualTo(LongStream.range(77, 77 + values.length)
                .mapToDouble(i -> kind.value(numbers, i, COUNT, DType.F16)).toArray());
    }

    @Test
    void smallIntegersAreWholeAndReachBothEnds() {
        double[] values = values(InputKind.SMALL_INTEGERS, 2);
        assertThat(Arrays.stream(values).boxed()).allMatch(v -> v == Math.rint(v) && Math.abs(v) <= 8)
                .contains(-8.0, 8.0);
    }

    @Test
    void oneSeedGivesTheSameNumbersAgainAndAnotherSeedGivesOthers() {
        assertThat(values(InputKind.NORMAL, 3)).isEqualTo(values(InputKind.NORMAL, 3));
        double[] other = values(InputKind.NORMAL, 4);
        double[] same = values(InputKind.NORMAL, 3);
        long equal = LongStream.range(0, COUNT).filter(i -> same[(int) i] == other[(int) i]).count();
        assertThat(equal).isLessThan(10);
    }

    @Test
    void indicesAreSpreadOverTheirWholeRangeAndNeverReachItsLimit() {
        SecretSequence numbers = new SecretSequence(5);
        long[] counts = new long[7];
        for (long i = 0; i < 70_000; i++) {
            counts[(int) SecretSequence.below(7, numbers.at(i))]++;
        }
        // Each count has a standard deviation of 93.
        assertThat(Arrays.stream(counts).boxed()).allMatch(count -> Math.abs(count - 10_000) < 600);
    }
}
