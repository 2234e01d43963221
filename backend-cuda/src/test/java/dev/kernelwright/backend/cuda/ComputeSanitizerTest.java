package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding compute-sanitizer, its command line, and reading its reports. */
class ComputeSanitizerTest {
    @TempDir
    Path folder;

    private List<Instrument> instruments() throws Exception {
        Path program = Files.createFile(folder.resolve("compute-sanitizer"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return ComputeSanitizer.find(List.of(Path.of("/nowhere"), folder), "cuda:1");
    }

    @Test
    void eachToolIsAnInstrumentWithItsCommand() throws Exception {
        String program = folder.resolve("compute-sanitizer").toString();
        List<Instrument> instruments = instruments();
        assertThat(instruments).extracting(Instrument::command).containsExactly(
                command(program, "memcheck"),
                command(program, "racecheck"),
                command(program, "initcheck"));
        assertThat(instruments).allMatch(instrument -> instrument.device().equals("cuda:1"));
    }

    private static List<String> command(String program, String tool) {
        return List.of(program, "--tool", tool, "--target-processes", "application-only", "--print-limit", "20");
    }

    @Test
    void whereItIsNotInstalledThereIsNone() {
        assertThat(ComputeSanitizer.find(List.of(folder), "cuda")).isEmpty();
        assertThat(ComputeSanitizer.folders(Map.of("PATH", "/a:/b", "CUDA_HOME", "/c"))).startsWith(Path.of("/a"),
                Path.of("/b"), Path.of("/c/bin"));
    }

    @Test
    void whatEachToolFindsIsARejectionWithItsWords() throws Exception {
        List<Instrument> tools = instruments();
        assertThat(tools.get(0).faultIn("""
                ========= COMPUTE-SANITIZER
                ========= Invalid __global__ write of size 4 bytes
                =========     at run+0x90 in kernel.cu:5
                =========     by thread (50,0,0) in block (0,0,0)
                =========     Address 0x7f1200000190 is out of bounds
                =========
                ========= ERROR SUMMARY: 1 error
                """)).hasValueSatisfying(fault -> {
            assertThat(fault.reason()).isEqualTo(ReasonCode.OUT_OF_BOUNDS);
            assertThat(fault.message()).isEqualTo("compute-sanitizer memcheck found: Invalid __global__ write of"
                    + " size 4 bytes; at run+0x90 in kernel.cu:5; by thread (50,0,0) in block (0,0,0); Address"
                    + " 0x7f1200000190 is out of bounds");
        });
        assertThat(tools.get(1).faultIn("""
                ========= Error: Race reported between Write access at run+0x120 in kernel.cu:9
                =========     and Read access at run+0x150 in kernel.cu:11 [96 hazards]
                """)).hasValueSatisfying(fault -> assertThat(fault.reason()).isEqualTo(ReasonCode.NON_DETERMINISTIC));
        assertThat(tools.get(2).faultIn("""
                ========= Uninitialized __global__ memory read of size 4 bytes
                =========     at run+0x60 in kernel.cu:7
                """)).hasValueSatisfying(fault -> assertThat(fault.message()).contains("kernel.cu:7"));
        assertThat(tools).allMatch(tool -> tool.faultIn("========= ERROR SUMMARY: 0 errors\n").isEmpty());
    }
}
