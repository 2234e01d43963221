package dev.kernelwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands on the kernel cache. It does nothing by itself. */
@Command(name = "cache", description = "Look after the records of the kernel cache, and the packs that carry them.")
final class CacheCommand {
    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;
}
