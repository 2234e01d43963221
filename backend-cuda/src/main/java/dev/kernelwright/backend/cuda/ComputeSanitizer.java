package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.Instrument.Finding;
import dev.kernelwright.spi.ReasonCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The tools of the CUDA toolkit that check each access of a kernel on the GPU itself, one in each run. */
final class ComputeSanitizer {
    private static final String PROGRAM = "compute-sanitizer";
    private static final Map<String, Finding> FINDINGS = Map.of(
            "memcheck", new Finding(Pattern.compile("^(Invalid|Misaligned) .*__ (read|write|atomic)"
                    + "|^Address .* is (out of bounds|misaligned)"), ReasonCode.OUT_OF_BOUNDS),
            "racecheck", new Finding(Pattern.compile("Race reported between|hazard detected"),
                    ReasonCode.NON_DETERMINISTIC),
            "initcheck", new Finding(Pattern.compile("^Uninitialized __\\w+__ memory read"),
                    ReasonCode.NON_DETERMINISTIC));

    private ComputeSanitizer() {}

    /**
     * Returns an instrument for each tool if the program is installed.
     *
     * @param folders where to look for it, in order
     * @param device the device's name
     */
    static List<Instrument> find(List<Path> folders, String device) {
        Optional<Path> program = folders.stream().map(folder -> folder.resolve(PROGRAM)).filter(Files::isExecutable)
                .findFirst();
        List<Instrument> instruments = new ArrayList<>();
        // Only the process that launches: the compiler has one of its own, which would be watched to no purpose.
        for (String tool : List.of("memcheck", "racecheck", "initcheck")) {
            program.ifPresent(found -> instruments.add(new Instrument(PROGRAM + " " + tool, List.of(found.toString(),
                    "--tool", tool, "--target-processes", "application-only", "--print-limit", "20"), Map.of(), device,
                    List.of(Objects.requireNonNull(FINDINGS.get(tool))))));
        }
        return instruments;
    }

    /** Returns where the toolkit's programs are: on the path, and where it installs them. */
    static List<Path> folders(Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        for (String home : List.of(environment.getOrDefault("CUDA_HOME", ""), "/usr/local/cuda")) {
            if (!home.isEmpty()) {
                folders.add(Path.of(home, "bin"));
            }
        }
        return folders;
    }
}
