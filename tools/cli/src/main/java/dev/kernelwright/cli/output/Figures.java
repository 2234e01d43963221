package dev.kernelwright.cli.output;

import java.util.Locale;

/** Numbers as people read them: three digits and a unit; {@value #UNKNOWN} for one that is not known. */
public final class Figures {
    /** What stands for a number that is not known. */
    public static final String UNKNOWN = "-";

    private static final String[] TIME_UNITS = {"ns", "µs", "ms", "s"};
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Figures() {}

    /** Returns a time, for example {@code 1.23 µs}. */
    public static String time(double nanos) {
        return scaled(nanos, 1000, TIME_UNITS);
    }

    /** Returns a size, for example {@code 64.0 MiB}. */
    public static String bytes(long bytes) {
        return scaled((double) bytes, 1024, BYTE_UNITS);
    }

    /** Returns how many times as fast something is, for example {@code 2.31x}. */
    public static String ratio(double ratio) {
        return Double.isFinite(ratio) ? digits(ratio) + "x" : UNKNOWN;
    }

    /** Returns a fraction in percent, for example {@code 87 %}. */
    public static String percent(double fraction) {
        return Double.isFinite(fraction) ? String.format(Locale.ROOT, "%.0f %%", fraction * 100) : UNKNOWN;
    }

    /** Returns a number with three digits, or more where it is a thousand or more. */
    public static String digits(double value) {
        if (!Double.isFinite(value)) {
            return UNKNOWN;
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%.0f", value);
    }

    private static String scaled(double value, double step, String[] units) {
        if (!Double.isFinite(value)) {
            return UNKNOWN;
        }
        int unit = 0;
        double scaled = value;
        // From 999.5 on, three digits would say 1000.
        while (scaled >= step - 0.5 && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        return digits(scaled) + " " + units[unit];
    }
}
