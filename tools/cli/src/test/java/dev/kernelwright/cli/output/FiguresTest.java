package dev.kernelwright.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({"0, 0.00 ns", "7.125, 7.13 ns", "99.96, 100 ns", "999.4, 999 ns", "999.5, 1.00 µs", "1234, 1.23 µs",
            "45.25e6, 45.3 ms", "3.2e9, 3.20 s", "7200e9, 7200 s", "NaN, -", "Infinity, -"})
    void aTimeHasThreeDigitsAndAUnit(double nanos, String text) {
        assertThat(Figures.time(nanos)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00 B", "1023, 1023 B", "1024, 1.00 KiB", "71303168, 68.0 MiB",
            "9223372036854775807, 8388608 TiB"})
    void aSizeHasABinaryUnit(long bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void whatIsNotKnownIsADash() {
        assertThat(Figures.ratio(Double.NaN)).isEqualTo("-");
        assertThat(Figures.percent(Double.POSITIVE_INFINITY)).isEqualTo("-");
        assertThat(Figures.ratio(2.314)).isEqualTo("2.31x");
        assertThat(Figures.percent(0.874)).isEqualTo("87 %");
    }
}
