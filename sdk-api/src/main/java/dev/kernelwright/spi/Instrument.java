package dev.kernelwright.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tool that watches every access of a kernel, told as data: how a process is started under it, and how it says what it
 * found.
 *
 * @param name what people call it
 * @param command what goes before the process' command line; empty if the environment alone brings the tool in
 * @param environment the variables that the process has beside those of every trial worker
 * @param device the name of the device that is opened in the process
 * @param findings how what it finds begins in what the process prints, the gravest first
 */
public record Instrument(String name, List<String> command, Map<String, String> environment, String device,
        List<Finding> findings) {
    /**
     * The system property that is set in a process under an instrument: memory is then as large as was asked for, so that
     * what lies past its end is nobody's, and is left unwritten, so that reading it is seen.
     */
    public static final String PROPERTY = "kernelwright.instrumented";

    /** What a tool says of a place beside the line that names the fault, and the source line is among it. */
    private static final int LINES = 6;

    /**
     * One kind of fault.
     *
     * @param line found in the line that names it
     * @param reason the verdict on a kernel that has it
     */
    public record Finding(Pattern line, ReasonCode reason) {}

    /**
     * What is wrong with a kernel.
     *
     * @param reason the verdict
     * @param message what the tool says, in one line
     */
    public record Fault(ReasonCode reason, String message) {}

    /** Copies the lists and the map. */
    public Instrument {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        findings = List.copyOf(findings);
    }

    /** Returns the first fault of the gravest kind in what a process has printed; empty if there is none. */
    public Optional<Fault> faultIn(String output) {
        List<String> lines = output.lines().map(line -> line.replaceFirst("^=+", "").strip()).toList();
        for (Finding finding : findings) {
            for (int i = 0; i < lines.size(); i++) {
                if (finding.line.matcher(lines.get(i)).find()) {
                    String told = lines.subList(i, Math.min(lines.size(), i + LINES)).stream()
                            .takeWhile(line -> !line.isEmpty()).collect(Collectors.joining("; "));
                    return Optional.of(new Fault(finding.reason, name + " found: " + told));
                }
            }
        }
        return Optional.empty();
    }
}
