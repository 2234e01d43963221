package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mutation score of the catalogue: of every op, in every type, every mutant is rejected. */
class MutationCheckTest {
    private final BlockPool pool = new BlockPool(2);

    @AfterEach
    void close() {
        pool.close();
    }

    static List<Workload> catalogue() {
        List<String> workloads = List.of("add(n=4096)", "mul(n=4096)", "silu_mul(n=4096)", "gelu(n=4096)",
                "sum(rows=64,cols=1024)", "argmax(rows=64,cols=1024)", "softmax(rows=64,cols=1024)",
                "rms_norm(rows=64,cols=1024)", "layer_norm(rows=64,cols=1024)",
                "rope(rows=16,heads=8,head_dim=64,positions=128,interleaved=0)",
                "rope(rows=16,heads=8,head_dim=64,positions=128,interleaved=1)",
                "embedding(rows=16,vocab=1000,dim=64)", "matmul(m=64,n=128,k=256)",
                "matmul(m=64,n=128,k=256,transpose_b=1)",
                "attention(batch=1,q_len=16,ctx=64,heads=8,kv_heads=2,head_dim=32)",
                "attention(batch=1,q_len=1,ctx=64,heads=8,kv_heads=2,head_dim=32,causal=0)");
        return workloads.stream().flatMap(text -> List.of(DType.F32, DType.F16, DType.BF16).stream()
                .map(dtype -> StandardOps.catalog().parse(text, dtype))).toList();
    }

    @Test
    void theCatalogueIsCovered() {
        assertThat(catalogue().stream().map(Workload::op).distinct()).containsExactlyInAnyOrderElementsOf(
                StandardOps.all());
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void everyMutantOfEveryOpIsRejected(Workload workload) {
        MutationCheck check = new MutationCheck(workload, pool);
        Map<String, String> report = check.report();
        assertThat(report).as("the kinds of data that give the mutants of %s away", workload)
                .allSatisfy((mutant, kind) -> assertThat(kind).as(mutant).isNotEmpty());
        assertThat(report.keySet()).contains("zeros", "mean", "truncated tail", "off by one", "swapped indices")
                .anyMatch(mutant -> mutant.startsWith("copied input"))
                .anyMatch(mutant -> mutant.startsWith("ignored operand"))
                .anyMatch(mutant -> mutant.startsWith("dropped last tile"));
        boolean hasFloats = workload.signature().outputs().stream().anyMatch(output -> output.dtype().isFloat());
        // In half precision an op without a sum has nothing to accumulate.
        boolean accumulates = workload.signature().dtype() == DType.F32
                || workload.signature().evaluate(workload.op().accuracy().terms(), workload.signature().maxAxes()) > 1;
        assertThat(report.containsKey("half precision accumulation")).isEqualTo(hasFloats && accumulates);
        long matrices = workload.signature().inputs().stream().filter(input -> input.dims().size() > 1).count();
        assertThat(report.keySet().stream().filter(mutant -> mutant.startsWith("transposed read")))
                .hasSize((int) matrices);
        check.requireAllRejected();
    }

    private static OpDefinition.Builder plainSum() {
        return OpDefinition.named("row_sum", 1).formula("out[r] = sum_c(x[r, c])").axes("rows", "cols")
                .input("x", "rows", "cols").output("out", "rows").flops("rows * cols")
                .reference("rows", (call, row) -> {
                    double sum = 0;
                    for (int c = 0; c < call.axis(1); c++) {
                        sum += call.input(0).get(row * call.axis(1) + c);
                    }
                    call.put(0, row, sum, 100 * call.axis(1));
                });
    }

    @Test
    void aToleranceThatLetsAMutantPassIsRefusedWithItsName() {
        Workload honest = plainSum().accuracy(0, "cols").build().workload(DType.F32).axis("rows", 8).axis("cols", 64)
                .build();
        new MutationCheck(honest, pool).requireAllRejected();
        Workload lax = plainSum().accuracy(1_000_000_000, "cols").build().workload(DType.F32).axis("rows", 8)
                .axis("cols", 64).build();
        assertThatThrownBy(() -> new MutationCheck(lax, pool).requireAllRejected())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kernels for row_sum(rows=8,cols=64):f32 cannot be verified")
                .hasMessageContaining("includes the mutants [zeros, mean, truncated tail, ");
    }

    @Test
    void anOperandWithoutInfluenceIsRefused() {
        Workload unused = OpDefinition.named("unused", 1).formula("out = x").axes("n").input("x", "n")
                .input("weight", "n").output("out", "n").flops("n").accuracy(1, "0")
                .reference("n", (call, i) -> call.put(0, i, 2 * call.input(0).get(i))).build().workload(DType.F32)
                .axis("n", 64).build();
        assertThatThrownBy(() -> new MutationCheck(unused, pool).requireAllRejected())
                .hasMessageContaining("includes the mutants [ignored operand 'weight' as 0, ignored operand 'weight'"
                        + " as 1]");
    }
}
