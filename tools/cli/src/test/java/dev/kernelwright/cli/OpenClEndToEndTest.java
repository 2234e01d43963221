package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.backend.opencl.OpenClBackendProvider;
import dev.kernelwright.spi.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device with memory of its own goes the same way as the processor: trial worker, record, bound op. */
class OpenClEndToEndTest {
    private static final String WORKLOAD = "add(n=65537)";

    @TempDir
    private Path folder;

    @BeforeEach
    void requireDevice() {
        Probe probe = new OpenClBackendProvider().probe();
        assumeTrue(probe instanceof Probe.Available, () -> "no OpenCL device: " + probe);
    }

    private CommandRun check(String body) throws IOException {
        return check("// @step run grid=ceil_div(n,64) block=64", body);
    }

    private CommandRun check(String directives, String body) throws IOException {
        Path source = Files.writeString(folder.resolve("kernel.cl"), directives + """

                __kernel void run(__global const float *a, __global const float *b, __global float *out, long n) {
                    long i = get_global_id(0);
                    %s
                }
                """.formatted(body));
        return CommandRun.of("check", source.toString(), "--workload", WORKLOAD, "--device", "opencl", "--json");
    }

    @Test
    void aWorkloadIsTunedStoredAndHit() {
        String cache = folder.resolve("cache").toString();
        JsonNode tuned = CommandRun.of("tune", WORKLOAD, "--device", "opencl", "--candidates", "2", "--budget", "2m",
                "--cache", cache, "--json").endedWith(0).json();
        assertThat(tuned.get("candidates").findValuesAsText("reason")).isSubsetOf("ACCEPTED", "NOT_FASTER");
        CommandRun.of("explain", WORKLOAD, "--device", "opencl", "--cache", cache).endedWith(0);
        JsonNode bench = CommandRun.of("bench", WORKLOAD, "--device", "opencl", "--cache", cache, "--seconds", "0.1",
                "--json").endedWith(0).json();
        assertThat(bench.get("device").textValue()).isEqualTo("opencl");
        assertThat(bench.get("results").findValuesAsText("name")).contains("baseline").doesNotContain("one thread");
    }

    @Test
    void aKernelThatComputesSomethingElseIsFoundWrong() throws IOException {
        assertThat(check("if (i < n) { out[i] = a[i] - b[i]; }").endedWith(1).json().get("reason").textValue())
                .isEqualTo("WRONG_NUMERICS");
    }

    /** As in the library's own templates; either alone would be a parameter that is named twice, or a step without it. */
    @Test
    void aTemplateMayHaveLinesForProcessorsAndForGraphicsProcessors() throws IOException {
        JsonNode verdict = check("""
                // @cpu parameter ITEMS 8 16
                // @gpu parameter ITEMS 64 128
                // @step run grid=ceil_div(n,ITEMS) block=ITEMS""", "if (i < n) { out[i] = a[i] + b[i]; }").json();
        assertThat(verdict.get("reason").textValue()).as("%s", verdict).isIn("ACCEPTED", "NOT_FASTER");
    }

    @Test
    void aTailThatIsNotWrittenIsFound() throws IOException {
        assertThat(check("if (i < n - 1) { out[i] = a[i] + b[i]; }").endedWith(1).json().get("reason").textValue())
                .isEqualTo("OUTPUT_UNWRITTEN");
    }

    @Test
    void aWriteBehindTheOutputIsFound() throws IOException {
        assertThat(check("if (i <= n) { out[i] = i < n ? a[i] + b[i] : 0.0f; }").endedWith(1).json().get("reason")
                .textValue()).isEqualTo("OUT_OF_BOUNDS");
    }
}
