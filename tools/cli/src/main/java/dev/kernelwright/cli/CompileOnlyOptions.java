package dev.kernelwright.cli;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether kernels are compiled for a device that is not here, in place of being tuned for one that is. */
final class CompileOnlyOptions {
    private static final Set<String> COMPATIBLE =
            Set.of("--compile-only", "--target", "--dtype", "--budget", "--candidates", OutputOptions.JSON);

    @Option(names = "--compile-only",
            description = "Compile for the target what a search would try, and say what it takes"
                    + " of a device; run and store nothing.")
    private boolean compileOnly;

    @Option(names = "--target", paramLabel = "ARCH", description = "The architecture to compile for, such as sm_90a; no"
            + " device of it need be here.")
    private @Nullable String target;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /**
     * Returns the architecture to compile for; empty if kernels are to be tuned.
     *
     * @throws InputException if one of the options lacks the other, or there are options that mean nothing beside them
     */
    Optional<String> target() {
        if (!compileOnly && target == null) {
            return Optional.empty();
        }
        if (!compileOnly) {
            throw new InputException(
                    "kernels were to be tuned for the target '" + target + "', but tuning measures them on"
                            + " the device itself: add --compile-only, or name a device with --device");
        }
        if (target == null) {
            throw new InputException(
                    "kernels were to be compiled with --compile-only, but it is not said for what: name an"
                            + " architecture with --target, such as sm_90a");
        }
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            if (Arrays.stream(option.names()).noneMatch(COMPATIBLE::contains)) {
                throw new InputException(
                        "--compile-only was given with " + option.longestName() + ", which means nothing"
                                + " where nothing is run or stored: leave it out");
            }
        }
        return Optional.of(target);
    }
}
