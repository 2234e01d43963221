package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class UnitSampleTest {
    private static long[] units(UnitSample sample) {
        return LongStream.range(0, sample.size()).map(sample::unit).toArray();
    }

    @Test
    void allUnitsAreComputedWhereThatIsAffordable() {
        UnitSample sample = UnitSample.of(10, 1, 5, 50, 1);
        assertThat(sample.isComplete()).isTrue();
        assertThat(units(sample)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void aSampleHasTheFirstTheLastAndOneOfEveryRangeBetween() {
        for (long seed = 0; seed < 200; seed++) {
            UnitSample sample = UnitSample.of(1_003, 1, 10, 1_000, seed);
            assertThat(sample.isComplete()).isFalse();
            long[] units = units(sample);
            assertThat(units).hasSize(100).isSorted().doesNotHaveDuplicates().startsWith(0).endsWith(1_002);
            for (int i = 1; i < units.length; i++) {
                assertThat(units[i] - units[i - 1]).isBetween(1L, 21L);
            }
        }
    }

    @Test
    void anotherSecretGivesAnotherSample() {
        assertThat(units(UnitSample.of(1_003, 1, 10, 1_000, 1)))
                .isNotEqualTo(units(UnitSample.of(1_003, 1, 10, 1_000, 2)));
    }

    @Test
    void thereIsNoUnitThatNoSecretDraws() {
        Set<Long> drawn = new TreeSet<>();
        for (long seed = 0; seed < 1_000; seed++) {
            drawn.addAll(Arrays.stream(units(UnitSample.of(40, 1, 10, 100, seed))).boxed().toList());
        }
        assertThat(drawn).hasSize(40);
    }

    @Test
    void someUnitsAreComputedHoweverMuchTheyCost() {
        assertThat(units(UnitSample.of(1_000, 1, 1e12, 1, 1))).hasSize(4).startsWith(0).endsWith(999);
        assertThat(units(UnitSample.of(3, 1, 1e12, 1, 1))).containsExactly(0, 1, 2);
        assertThat(units(UnitSample.of(0, 1, 1, 1, 1))).isEmpty();
    }

    @Test
    void neighboursAreTakenOrLeftTogether() {
        for (long seed = 0; seed < 200; seed++) {
            // Eleven groups, of which the last has two units.
            UnitSample sample = UnitSample.of(32, 3, 10, 150, seed);
            long[] units = units(sample);
            assertThat(units).hasSize(5 * 3 - 1).isSorted().doesNotHaveDuplicates().startsWith(0, 1, 2).endsWith(30,
                    31);
            for (int i = 0; i < units.length; i += 3) {
                assertThat(units[i] % 3).isZero();
                assertThat(units[Math.min(units.length - 1, i + 2)]).isLessThanOrEqualTo(units[i] + 2);
            }
        }
        assertThat(units(UnitSample.of(11, 3, 10, 150, 1))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }
}
