package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelKeyTest {
    private static final Target TARGET = new Target(List.of(Target.exact("backend", "cpu"),
            Target.ignored("model", "Xeon"), Target.exact("isa", "avx512")));

    private static KernelKey key(String workload) {
        return KernelKey.of(StandardOps.catalog().parse(workload, DType.F32), TARGET);
    }

    @Test
    void fieldsStandInAFixedOrderAndIgnoredOnesAreLeftOut() {
        KernelKey key = key("rms_norm(cols=4096,rows=1..64)");
        assertThat(key.fields().keySet()).containsExactly("abi", "op", "definition", "dtype", "layout", "numerics",
                "axis.rows", "axis.cols", "attribute.eps", "target.backend", "target.isa");
        assertThat(key.fields()).containsEntry("abi", "1").containsEntry("op", "rms_norm@1")
                .containsEntry("dtype", "f32").containsEntry("axis.rows", "1..64").containsEntry("axis.cols", "4096")
                .containsEntry("attribute.eps", "1.0E-5").containsEntry("target.isa", "avx512");
    }

    @Test
    void theTextIsALineForEachFieldAndTheDigestIsItsHash() {
        KernelKey key = new KernelKey(fields("abi", "1", "op", "add@1"));
        assertThat(key.text()).isEqualTo("abi=1\nop=add@1\n");
        assertThat(key.digest()).isEqualTo(KernelKey.sha256("abi=1\nop=add@1\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(key).hasToString(key.digest().substring(0, 12));
    }

    @Test
    void sha256IsThatOfTheStandard() {
        // FIPS 180-2, appendix B.1.
        assertThat(KernelKey.sha256("abc".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void aKeyReadBackFromItsFieldsIsEqual() {
        KernelKey key = key("rms_norm(rows=1,cols=8)");
        KernelKey read = new KernelKey(new LinkedHashMap<>(key.fields()));
        assertThat(read).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(read.digest()).isEqualTo(key.digest());
        assertThat(read.differences(key)).isEmpty();
    }

    @Test
    void everyFieldChangesTheDigestAndIsTheOneDifference() {
        KernelKey key = key("rms_norm(rows=1..64,cols=4096)");
        for (String name : key.fields().keySet()) {
            Map<String, String> changed = new LinkedHashMap<>(key.fields());
            changed.put(name, changed.get(name) + "x");
            KernelKey other = new KernelKey(changed);
            assertThat(other.digest()).as(name).isNotEqualTo(key.digest());
            assertThat(other).as(name).isNotEqualTo(key);
            assertThat(key.differences(other)).containsExactly(name);
        }
    }

    @Test
    void differencesNameFieldsThatOneKeyLacksAfterThoseOfThisKey() {
        KernelKey mine = new KernelKey(fields("a", "1", "b", "2", "c", "3"));
        KernelKey other = new KernelKey(fields("d", "4", "c", "9", "a", "1"));
        assertThat(mine.differences(other)).containsExactly("b", "c", "d");
        assertThat(other.differences(mine)).containsExactly("d", "c", "b");
    }

    @Test
    void everyPartOfAWorkloadAndOfATargetIsInTheKey() {
        String plain = "rms_norm(rows=1..64,cols=4096)";
        KernelKey key = key(plain);
        Workload half = StandardOps.catalog().parse(plain, DType.F16);
        assertThat(key.differences(KernelKey.of(half, TARGET))).containsExactly("dtype");
        assertThat(key.differences(key("rms_norm(rows=1..63,cols=4096)"))).containsExactly("axis.rows");
        assertThat(key.differences(key("rms_norm(rows=1..64,cols=4096,eps=1e-6)"))).containsExactly("attribute.eps");
        assertThat(key.differences(key("softmax(rows=1..64,cols=4096)"))).containsExactly("op", "definition",
                "attribute.eps");
        Target other = new Target(List.of(Target.exact("backend", "cpu"), Target.exact("isa", "avx2")));
        assertThat(key.differences(KernelKey.of(half.op().workload(DType.F32).axis("rows", 1, 64).axis("cols", 4096)
                .build(), other))).containsExactly("target.isa");
    }

    @Test
    void whatIsIgnoredInATargetIsNotInTheKey() {
        Target other = new Target(List.of(Target.exact("backend", "cpu"), Target.ignored("model", "EPYC"),
                Target.exact("isa", "avx512")));
        Workload workload = StandardOps.catalog().parse("add(n=4)", DType.F32);
        assertThat(KernelKey.of(workload, other)).isEqualTo(KernelKey.of(workload, TARGET));
    }

    @Test
    void aDefinitionOfTheSameNameAndVersionThatMeansSomethingElseHasAnotherKey() {
        KernelKey sum = KernelKey.of(twoInputs("out = a + b"), TARGET);
        KernelKey difference = KernelKey.of(twoInputs("out = a - b"), TARGET);
        assertThat(sum.differences(difference)).containsExactly("definition");
    }

    private static Workload twoInputs(String formula) {
        return OpDefinition.named("mine", 1).formula(formula).axes("n").input("a", "n").input("b", "n")
                .output("out", "n").flops("n").accuracy(1, "0").reference("n", (call, i) -> call.put(0, i, 0)).build()
                .workload(DType.F32).axis("n", 4).build();
    }

    @Test
    void aTargetWithTwoFieldsOfOneNameOrALineBreakIsRefused() {
        assertThatThrownBy(() -> new Target(List.of(Target.exact("isa", "a"), Target.ignored("isa", "b"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a target was given two fields of one name")
                .hasMessageEndingWith(": names must be unique");
        assertThatThrownBy(() -> Target.exact("isa", "a\nabi=2")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the target field isa was given several lines: give one");
    }

    private static Map<String, String> fields(String... pairs) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put(pairs[i], pairs[i + 1]);
        }
        return fields;
    }
}
