package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpCatalogTest {
    private static final OpCatalog CATALOG = new OpCatalog(List.of(TestOps.complete()));

    @Test
    void aWorkloadIsReadWithRangesAttributesAndSpaces() {
        Workload workload = CATALOG.parse("  scale ( cols = 8 , rows=1..64, factor = 2.5e-1 )  ", DType.F16);
        assertThat(workload).hasToString("scale(rows=1..64,cols=8,factor=0.25,flag=0):f16");
        assertThat(workload.op()).isSameAs(CATALOG.get("scale"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale(rows=1..64,cols=4096,factor=1.0E-5,flag=1)",
            "scale(rows=0,cols=8,factor=-3,flag=0)", "scale(rows=1,cols=4,factor=1.0E300,flag=0)"})
    void theTextOfAWorkloadIsReadBackAsTheSameWorkload(String text) {
        Workload workload = CATALOG.parse(text, DType.F32);
        assertThat(workload.signature()).hasToString(text);
        assertThat(CATALOG.parse(workload.signature().toString(), DType.F32)).isEqualTo(workload);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "scale", "(rows=1)", "scale(rows=1", "scale rows=1", "scale(rows)", "scale(=1)",
            "scale(rows=1,)", "scale(,rows=1)", "scale(rows=1)x"})
    void textThatIsNotACallIsRefused(String text) {
        assertThatThrownBy(() -> CATALOG.parse(text, DType.F32)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the workload '" + text
                        + "' is malformed: write op(axis=value,...), for example rms_norm(rows=1,cols=4096)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"rows=x; rows; x", "rows=; rows; ''", "rows=1.5; rows; 1.5",
            "rows=1..; rows; 1..", "rows=..4; rows; ..4", "rows=1...4; rows; 1...4", "rows=1e3; rows; 1e3",
            "factor=half; factor; half", "factor=; factor; ''", "rows=9223372036854775808; rows; 9223372036854775808"})
    void aValueThatIsNotANumberIsRefused(String binding, String name, String value) {
        String text = "scale(cols=4," + binding + ")";
        assertThatThrownBy(() -> CATALOG.parse(text, DType.F32)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the workload '" + text + "' gives " + name + " the value '" + value
                        + "': an axis takes a whole number or a range such as 1..64, an attribute a number");
    }

    @Test
    void anUnknownOpIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> CATALOG.parse("shrink(rows=1)", DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the op 'shrink' is unknown: use one of [scale]");
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> CATALOG.parse("scale(rows=1,depth=2)", DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale was given 'depth', but its axes are [rows, cols] and its attributes [factor, flag]:"
                        + " use one of them");
    }

    @Test
    void aNameThatIsGivenTwiceIsRefused() {
        assertThatThrownBy(() -> CATALOG.parse("scale(rows=1,cols=4,rows=2)", DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the workload 'scale(rows=1,cols=4,rows=2)' gives rows more than once: give it one value or"
                        + " range");
    }

    @Test
    void whatTheWorkloadItselfRefusesIsRefused() {
        assertThatThrownBy(() -> CATALOG.parse("scale()", DType.F32))
                .hasMessage("scale was asked for without the axis 'rows': give all of [rows, cols]");
        assertThatThrownBy(() -> CATALOG.parse("scale(rows=1,cols=4,factor=NaN)", DType.F32))
                .hasMessage("scale was given factor=NaN: attributes must be finite numbers");
        assertThatThrownBy(() -> CATALOG.parse("scale(rows=-1,cols=4)", DType.F32)).hasMessage(
                "axis rows was given the range -1..-1: it must begin at 0 or above and not end below its beginning");
    }

    @Test
    void twoDefinitionsOfOneNameAreRefused() {
        assertThatThrownBy(() -> new OpCatalog(List.of(TestOps.complete(), TestOps.complete())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two definitions of the op scale were given: rename the application's own");
    }

    @Test
    void definitionsKeepTheirOrder() {
        assertThat(new OpCatalog(StandardOps.all()).definitions()).containsExactlyElementsOf(StandardOps.all());
    }
}
