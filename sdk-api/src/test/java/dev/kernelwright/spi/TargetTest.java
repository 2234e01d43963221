package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
    private static Target with(String driver) {
        return new Target(List.of(Target.exact("backend", "test"), Target.atLeast("driver", driver),
                Target.ignored("host", "a")));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "1, 2, -1", "2, 10, -1", "12.4, 12.10, -1", "12.4, 12.4.1, -1", "580.95.05, 580.105, -1",
            "3.1+debian, 3.1+debian, 0", "3.2+debian, 3.1+debian, 1", "01, 1, 0",
            "123456789012345678901234567890, 123456789012345678901234567891, -1"})
    void versionsAreComparedPartByPartAsNumbers(String one, String other, int order) {
        OptionalInt compared = Target.compareVersions(one, other);
        assertThat(Integer.signum(compared.orElseThrow())).isEqualTo(order);
        assertThat(Integer.signum(Target.compareVersions(other, one).orElseThrow())).isEqualTo(-order);
    }

    @ParameterizedTest
    @CsvSource({"a, b", "3.1+debian, 3.1+ubuntu", "v1, 1"})
    void versionsThatDifferInAWordCannotBeCompared(String one, String other) {
        assertThat(Target.compareVersions(one, other)).isEmpty();
    }

    @Test
    void aLaterDriverWillDoAndAnEarlierOrAnotherWillNot() {
        assertThat(with("2").tooEarlyFor(with("1"))).isEmpty();
        assertThat(with("2").tooEarlyFor(with("2"))).isEmpty();
        assertThat(with("1").tooEarlyFor(with("2"))).containsExactly("driver");
        assertThat(with("word").tooEarlyFor(with("2"))).containsExactly("driver");
    }

    @Test
    void aDriverThatIsNotEqualHasMoved() {
        assertThat(with("1").movedFrom(with("1"))).isEmpty();
        assertThat(with("2").movedFrom(with("1"))).containsExactly("driver");
    }

    /** Records of the time when the field was only recorded, or was not there. */
    @Test
    void theRuleIsTheDevicesAndNotTheRecords() {
        Target recorded = new Target(List.of(Target.exact("backend", "test"), Target.ignored("driver", "3")));
        assertThat(with("2").tooEarlyFor(recorded)).containsExactly("driver");
        assertThat(with("4").movedFrom(recorded)).containsExactly("driver");
        Target without = new Target(List.of(Target.exact("backend", "test")));
        assertThat(with("2").tooEarlyFor(without)).isEmpty();
        assertThat(with("2").movedFrom(without)).containsExactly("driver");
    }
}
