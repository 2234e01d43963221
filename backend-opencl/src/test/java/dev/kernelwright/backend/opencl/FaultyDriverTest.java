package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.opencl.ffi.ClLibrary;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of drivers that are missing or broken. A driver is a library in C that this test compiles, and the loader
 * finds it in a process of its own.
 */
class FaultyDriverTest {
    private static final Path VENDORS = Path.of("/etc/OpenCL/vendors");

    @TempDir
    static Path folder;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(ClLibrary.load() instanceof ClLibrary.Loaded, "OpenCL's library is not here");
        assumeTrue(Files.exists(Path.of("/usr/include/CL/cl_icd.h")), "opencl-headers are not installed");
        Path source = folder.resolve("faulty_icd.c");
        Files.copy(FaultyDriverTest.class.getResourceAsStream("faulty_icd.c"), source);
        try {
            Process compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library().toString(),
                    source.toString()).redirectErrorStream(true).start();
            String log = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compiler.waitFor()).as(log).isZero();
        } catch (IOException e) {
            abort("there is no C compiler here: " + e.getMessage());
        }
    }

    private static Path library() {
        return folder.resolve("libfaulty.so");
    }

    /** Opens the backend and copies; prints each outcome in a line. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            switch (new OpenClBackendProvider().probe()) {
                case Probe.Unavailable(String reason, String cure) -> out.println("unavailable: " + reason + ": "
                        + cure);
                case Probe.Available(var devices) -> out.println("devices: " + devices);
            }
            try (BlockPool pool = new BlockPool(1); Arena arena = Arena.ofShared()) {
                Backend backend = new OpenClBackendProvider().open(0, pool);
                Tensor there = backend.allocate(arena, DType.F32, 100);
                try (DeviceStream stream = backend.newStream()) {
                    backend.copy(stream, Tensor.allocate(DType.F32, 100), there);
                    stream.synchronize();
                    out.println("copied");
                }
                backend.close();
            } catch (RuntimeException e) {
                out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
                for (Throwable also : e.getSuppressed()) {
                    out.println("suppressed: " + also.getMessage());
                }
            }
        }
    }

    /** Runs the child with the drivers that are named, and returns what it says. */
    private static List<String> withDrivers(String fault, Path... drivers) throws Exception {
        Path vendors = Files.createTempDirectory(folder, "vendors");
        for (int i = 0; i < drivers.length; i++) {
            Files.writeString(vendors.resolve(i + ".icd"), drivers[i] + "\n");
        }
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Child.class.getName()).redirectErrorStream(true);
        builder.environment().put("OCL_ICD_VENDORS", vendors.toString());
        builder.environment().put("OCL_ICD_FILENAMES", "");
        builder.environment().put("FAULTY_ICD", fault);
        Process process = builder.start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.startsWith("SLF4J")).toList();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(String.join("\n", said)).isZero();
        return said;
    }

    @Test
    void aLoaderWithoutADriverSaysSo() throws Exception {
        assertThat(withDrivers("none")).containsExactly(
                "unavailable: the OpenCL library is there, but finds no driver: install the OpenCL driver of a device,"
                        + " for example pocl-opencl-icd for the processor",
                "IllegalStateException: an OpenCL device was asked for, but the OpenCL library is there, but finds no"
                        + " driver: install the OpenCL driver of a device, for example pocl-opencl-icd for the"
                        + " processor");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            no-device    | OpenCL's drivers have no device here
            unavailable  | Faulty device: it is not available, which may be for now or for this user
            no-svm       | Faulty device: it has no shared virtual memory, which OpenCL 2.0 brought
            no-memory    | Faulty device: its driver says that it has 0 bytes of memory, which cannot be
            endless-name | a device: clGetDeviceInfo announces 9223372036854775807 bytes
            many-devices | a platform does not tell its devices: clGetDeviceIDs announces 4294967280 handles
            """)
    void isUnavailableInOneSentence(String fault, String reason) throws Exception {
        List<String> said = withDrivers(fault, library());
        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).startsWith("unavailable: ").contains(reason).contains(": install ");
        assertThat(said.getLast()).startsWith("IllegalStateException: an OpenCL device was asked for, but ")
                .contains(reason);
    }

    @Test
    void aDeviceThatIsLostWhileItWorksIsOneErrorWithTheCure() throws Exception {
        List<String> said = withDrivers("lost", library());
        assertThat(said.getFirst()).contains("devices: ").contains("Faulty device");
        assertThat(said.get(1))
                .isEqualTo("IllegalStateException: work was queued on opencl, but the device failed or is"
                        + " lost (clFinish failed with CL_OUT_OF_RESOURCES (-5)), and the results of what was queued cannot be"
                        + " trusted: close the runtime and build another, or use another device");
    }

    @Test
    void aDriverWithoutAFaultWorks() throws Exception {
        assertThat(withDrivers("none", library())).last().isEqualTo("copied");
    }

    @Test
    void otherDriversWorkBesideABrokenOne() throws Exception {
        Path pocl = Files.isDirectory(VENDORS) && Files.exists(VENDORS.resolve("pocl.icd"))
                ? Path.of(Files.readString(VENDORS.resolve("pocl.icd")).strip())
                : abort("PoCL is not installed");
        List<String> said = withDrivers("no-memory", library(), pocl);
        assertThat(said.getFirst()).startsWith("devices: ").doesNotContain("Faulty");
        assertThat(said.getLast()).isEqualTo("copied");
    }
}
