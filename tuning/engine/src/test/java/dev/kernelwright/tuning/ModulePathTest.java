package dev.kernelwright.tuning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.fake.EvaluatesOnce;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

/** The worker's class path is found in whatever way the parent was started. */
@Timeout(60)
class ModulePathTest {
    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String verdict(String... options) throws Exception {
        List<String> command = Stream.of(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                Stream.of(options), Stream.of(EvaluatesOnce.class.getName(), "ZEROS")).flatMap(s -> s).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().filter(line -> line.contains("module")).collect(Collectors.joining("\n"));
    }

    @Test
    void aKernelIsEvaluatedFromAModulePath() throws Exception {
        String modules = Stream.of(Tensor.class, TuningEngine.class, Logger.class).map(ModulePathTest::location)
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(verdict("-p", modules, "--add-modules", "dev.kernelwright.tuning", "-cp",
                location(EvaluatesOnce.class))).isEqualTo("module dev.kernelwright.tuning: WRONG_NUMERICS");
    }

    @Test
    void aKernelIsEvaluatedFromAClassPath() throws Exception {
        String classes = Stream.of(Tensor.class, TuningEngine.class, Logger.class, EvaluatesOnce.class)
                .map(ModulePathTest::location).collect(Collectors.joining(File.pathSeparator));
        assertThat(verdict("-cp", classes)).matches("unnamed module @\\w+: WRONG_NUMERICS");
    }
}
