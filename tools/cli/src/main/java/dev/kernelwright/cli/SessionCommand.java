package dev.kernelwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands on the agent's sessions. It does nothing by itself. */
@Command(name = "session", description = "Show what a language model did when it wrote kernels.")
final class SessionCommand {
    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;
}
