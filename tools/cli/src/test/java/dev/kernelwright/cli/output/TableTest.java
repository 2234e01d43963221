package dev.kernelwright.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Table table = new Table("name", ">time", "note");
        table.row("a", "1.00 s", "");
        table.row("longer", "12 ms", "slow");
        assertThat(table.lines()).containsExactly(
                "name      time  note",
                "a       1.00 s",
                "longer   12 ms  slow");
    }

    @Test
    void aRowHasACellForEachHeading() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Table("a", "b").row("1"));
    }
}
