package dev.kernelwright.cli;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The workload that a command is about. */
final class WorkloadParameter {
    @Parameters(paramLabel = "WORKLOAD", description = "An op with its axes and attributes, in quotes, for example"
            + " 'rms_norm(rows=1,cols=4096)'; an axis may be a range such as 1..64.")
    private String text = "";

    @Mixin
    private final DtypeOption dtype = new DtypeOption();

    /** Returns the workload. */
    Workload workload() {
        return parse(text, dtype.value());
    }

    /** Reads a workload as it is written on the command line. */
    static Workload parse(String text, String dtype) {
        try {
            return StandardOps.catalog().parse(text, DType.parse(dtype));
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }
}
