package dev.kernelwright.cli;

import picocli.CommandLine.Option;

/** The element type of a workload that is given on the command line. */
final class DtypeOption {
    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32",
            description = "The element type: f32, f16 or bf16. Default: ${DEFAULT-VALUE}.")
    private String value = "";

    /** Returns the name of the type. */
    String value() {
        return value;
    }
}
