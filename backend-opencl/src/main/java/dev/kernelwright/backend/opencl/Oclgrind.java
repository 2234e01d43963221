package dev.kernelwright.backend.opencl;

import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.Instrument.Finding;
import dev.kernelwright.spi.ReasonCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The simulator of an OpenCL device that checks each access; to the loader it is one more driver. */
final class Oclgrind {
    private static final String DRIVER = "liboclgrind-rt-icd.so";
    private static final List<Finding> FINDINGS = List.of(
            new Finding(Pattern.compile("^Invalid (read|write) of size|^Invalid (atomic|memory)"),
                    ReasonCode.OUT_OF_BOUNDS),
            new Finding(Pattern.compile("^(Write-write|Read-write) data race"), ReasonCode.NON_DETERMINISTIC),
            new Finding(Pattern.compile("^(Work-group divergence|Work-items must)"), ReasonCode.NON_DETERMINISTIC),
            new Finding(Pattern.compile("^Uninitialized (value|address|data)"), ReasonCode.NON_DETERMINISTIC));

    private Oclgrind() {}

    /** Returns the instrument if it is installed: beside the command of its name, or where Debian has it. */
    static Optional<Instrument> find(String path) {
        List<Path> places = new ArrayList<>();
        for (String folder : path.split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, "oclgrind"))) {
                places.add(Path.of(folder).resolveSibling("lib").resolve("oclgrind"));
                places.add(Path.of(folder).resolveSibling("lib"));
            }
        }
        return places.stream().map(place -> place.resolve(DRIVER)).filter(Files::isReadable).findFirst()
                .map(Oclgrind::instrument);
    }

    private static Instrument instrument(Path driver) {
        return new Instrument("Oclgrind", List.of(), Map.of("OCL_ICD_VENDORS", driver.toString(), "OCL_ICD_FILENAMES",
                driver.toString(), "OCLGRIND_UNINITIALIZED", "1", "OCLGRIND_DATA_RACES", "1", "OCLGRIND_MAX_ERRORS",
                "20",
                "OCLGRIND_NUM_THREADS", "1"), OpenClBackendProvider.NAME, FINDINGS);
    }
}
