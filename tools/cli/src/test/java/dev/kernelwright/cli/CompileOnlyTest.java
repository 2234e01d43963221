package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.backend.cuda.CudaBackendProvider;
import dev.kernelwright.cli.CompileOnly.Candidate;
import dev.kernelwright.cli.CompileOnly.Outcome;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compiling for a GPU that is not here. */
class CompileOnlyTest {
    private static void assumeCompiler() {
        try {
            new CudaBackendProvider().offlineCompiler("sm_90a").orElseThrow().close();
        } catch (IllegalStateException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @Test
    void eachCandidateIsShownWithWhatItTakes() {
        assumeCompiler();
        CommandRun run = CommandRun.of("tune", "softmax(rows=64,cols=1024)", "--target", "sm_90a", "--compile-only",
                "--candidates", "3", "--budget", "5m").endedWith(0);
        assertThat(run.out()).containsPattern("(?m)^# +parameters +kernel +registers +spills +stack +shared +verdict$")
                .containsPattern("(?m)^1 +THREADS=\\d+ .* partial +[1-9]\\d* +0 +0 +\\S.* compiles$")
                .containsPattern("(?m)^ +run +[1-9]\\d* +0 +0 +\\S.* compiles$")
                .containsPattern("(?m)^3 +THREADS=")
                .containsPattern(
                        "3 of 3 candidates compile for sm_90a with (nvcc|NVRTC) \\d+\\.\\d+; nothing is stored");
    }

    @Test
    void everyWorkloadOfAFileHasALineAndItsCandidatesInJson(@TempDir Path folder) throws IOException {
        assumeCompiler();
        Path file = Files.writeString(folder.resolve("workloads.json"), """
                {"workloads": [{"op": "add", "axes": {"n": 4096}},
                               {"op": "rms_norm", "dtype": "bf16", "axes": {"rows": "1..8", "cols": 2048}}]}
                """);
        String[] command = {"warmup", file.toString(), "--target", "sm_80", "--compile-only", "--candidates", "1"};
        assertThat(CommandRun.of(command).endedWith(0).out())
                .containsPattern("(?m)^workload +candidates +compile +registers +spills +stack +shared +rejected$")
                .containsPattern("(?m)^add\\(n=4096\\):f32 +1 +1 +[1-9]");
        JsonNode json = CommandRun.of("tune", "add(n=4096)", "--target", "sm_80", "--compile-only", "--candidates", "1",
                "--json").endedWith(0).json();
        assertThat(json.get("target").textValue()).isEqualTo("sm_80");
        JsonNode kernel = json.at("/workloads/0/candidates/0/kernels/0");
        assertThat(kernel.get("registers").intValue()).isPositive();
        assertThat(kernel.get("spillBytes").intValue()).isZero();
    }

    /** Tensor cores of bf16 came with compute capability 8.0. */
    @Test
    void aWorkloadForWhichNothingCompilesIsNamedWithTheFirstReason() {
        assumeCompiler();
        CommandRun run = CommandRun.of("tune", "matmul(m=256,n=256,k=256)", "--dtype", "bf16", "--target", "sm_75",
                "--compile-only", "--candidates", "1").endedWith(1);
        assertThat(run.out()).contains("no candidate compiles; the first is rejected: COMPILE_ERROR: ")
                .contains("0 of 1 candidates compile for sm_75");
    }

    @Test
    void anArchitectureThatTheCompilerDoesNotKnowIsRefused() {
        assumeCompiler();
        CommandRun run = CommandRun.of("tune", "add(n=16)", "--target", "sm_20", "--compile-only").endedWith(2);
        assertThat(run.err()).contains("the architecture sm_20 was asked for, which", "does not know").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --compile-only                                     | name an architecture with --target
            --compile-only --target gfx90a                     | 'gfx90a', which is none that one of the backends
            --compile-only --target sm_90a --device cuda       | was given with --device
            --compile-only --target sm_90a --retune            | was given with --retune
            --compile-only --target sm_90a --generator both    | was given with --generator
            --target sm_90a                                    | add --compile-only
            """)
    void whatMakesNoSenseIsRefusedInOneSentence(String options, String named) {
        CommandRun run = CommandRun.of(("tune add(n=16) " + options).split(" ", -1)).endedWith(2);
        assertThat(run.err()).startsWith("kernelwright: ").contains(named).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aReportOfSeveralWorkloadsCountsTheReasonsOfRejections() {
        Workload workload = StandardOps.catalog().parse("add(n=16)", DType.F32);
        KernelSource source = KernelTemplate.parse("cuda-c++", "// @step run grid=1 block=32\n").expand(Map.of(),
                workload.signature());
        Outcome nothing = new Outcome(workload, List.of());
        Outcome rejected = new Outcome(workload,
                List.of(new Candidate.Rejected(source, ReasonCode.INVALID_PLAN, "too large\nby far"),
                        new Candidate.Rejected(source, ReasonCode.INVALID_PLAN, "too large")));
        List<String> lines = new CompileOnlyReport("sm_90a", "nvcc 13.0", List.of(nothing, rejected)).lines();
        assertThat(lines.get(2)).matches("add\\(n=16\\):f32 +2 +0 +- +- +- +- +2 INVALID_PLAN");
        assertThat(lines).contains("add(n=16):f32: no candidate compiles; there is no template for it",
                "add(n=16):f32: no candidate compiles; the first is rejected: INVALID_PLAN: too large");
    }
}
