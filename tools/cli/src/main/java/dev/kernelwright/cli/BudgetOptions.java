package dev.kernelwright.cli;

import dev.kernelwright.spi.TuningBudget;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What tuning one workload may cost. */
final class BudgetOptions {
    @Option(names = {"--budget", "--budget-per-workload"}, paramLabel = "TIME", defaultValue = "20s",
            converter = TimeConverter.class,
            description = "How long tuning a workload may take: a number with ms, s, m or h. Default: ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    @Option(names = "--candidates", paramLabel = "N", defaultValue = "64",
            description = "How many kernels may be tried for a workload. Default: ${DEFAULT-VALUE}.")
    private int candidates;

    @Option(names = "--instrument",
            description = "Run each winner once more, on small extents, under the tools that watch"
                    + " every access of a kernel: Oclgrind for OpenCL, compute-sanitizer for CUDA. See 'doctor' for which are"
                    + " installed.")
    private boolean instrumented;

    /** Returns whether winners are run under instruments. */
    boolean instrumented() {
        return instrumented;
    }

    /** Returns the budget. */
    TuningBudget budget() {
        try {
            return new TuningBudget(time, candidates);
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    /** Reads {@code 500ms}, {@code 20s}, {@code 1.5m} or {@code 1h}. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h)");
        private static final Duration MAX = Duration.ofHours(24);

        @Override
        public Duration convert(String text) {
            Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is no time: write a number with ms, s, m or h, for"
                        + " example 20s");
            }
            double millis = Double.parseDouble(matcher.group(1)) * switch (matcher.group(2)) {
                case "ms" -> 1;
                case "s" -> 1e3;
                case "m" -> 60e3;
                default -> 3600e3;
            };
            if (millis < 1 || millis > MAX.toMillis()) {
                throw new TypeConversionException("'" + text + "' is not between 1ms and 24h: choose a time that is");
            }
            return Duration.ofNanos(Math.round(millis * 1e6));
        }
    }
}
