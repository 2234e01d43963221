package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The system's C compiler; a test that asks for it where there is none is skipped. */
public final class CCompiler {
    private CCompiler() {}

    /** Compiles with the toolkit's headers. */
    public static void compile(List<String> arguments) throws IOException, InterruptedException {
        Path include = CHeader.find("cuda.h").getParent();
        Optional<Path> compiler = Stream.of("cc", "gcc", "clang").flatMap(name -> Stream
                .of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))).filter(Files::isExecutable).findFirst();
        assumeTrue(compiler.isPresent(), "there is no C compiler (cc, gcc, clang) on the PATH");
        List<String> command = new ArrayList<>(List.of(compiler.orElseThrow().toString(), "-I" + include));
        command.addAll(arguments);
        run(command);
    }

    /** Runs a program and returns what it prints; fails if it fails. */
    public static String run(List<String> command) throws IOException, InterruptedException {
        return run(new ProcessBuilder(command));
    }

    /** Runs a process and returns what it prints; fails if it fails. */
    public static String run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", builder.command(), said).isZero();
        return said;
    }
}
