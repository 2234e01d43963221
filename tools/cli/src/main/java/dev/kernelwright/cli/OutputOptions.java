package dev.kernelwright.cli;

import picocli.CommandLine.Option;

/** How a command answers. */
final class OutputOptions {
    static final String JSON = "--json";

    @Option(names = JSON, description = "Print one JSON value in place of text.")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    /** Returns whether JSON is asked for. */
    boolean json() {
        return json;
    }
}
