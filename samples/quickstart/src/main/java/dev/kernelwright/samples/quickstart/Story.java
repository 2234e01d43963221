package dev.kernelwright.samples.quickstart;

import java.io.PrintStream;
import java.nio.charset.CharsetEncoder;
import java.util.Locale;

/** Tells what happens, in lines, and on a terminal with a progress bar below them that is drawn again and again. */
final class Story {
    private static final int BAR_WIDTH = 30;
    /** Back to the first column, and erase to the end of the line (ECMA-48, EL). */
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final CharsetEncoder encoder;
    private String bar = "";

    /** Creates a story told to somebody who watches, or to a file. */
    Story(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        this.encoder = out.charset().newEncoder();
    }

    /** Prints a line above the bar. */
    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency of a sample
    synchronized void line(String format, Object... arguments) {
        erase();
        String text = String.format(Locale.ROOT, format, arguments);
        out.println(encoder.canEncode(text) ? text : text.replace('µ', 'u'));
        draw();
    }

    /** Draws the bar, on a terminal. */
    synchronized void progress(double fraction, String note) {
        erase();
        int filled = (int) Math.round(Math.clamp(fraction, 0, 1) * BAR_WIDTH);
        bar = "   [" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] " + note;
        draw();
    }

    /** Takes the bar away. */
    synchronized void endProgress() {
        erase();
        bar = "";
    }

    private void erase() {
        if (terminal && !bar.isEmpty()) {
            out.print(ERASE_LINE);
        }
    }

    private void draw() {
        if (terminal) {
            out.print(bar);
        }
        out.flush();
    }

    /** Returns a time in three digits. */
    static String time(double nanos) {
        return nanos < 999.5e3
                ? String.format(Locale.ROOT, "%.3g µs", nanos / 1e3)
                : nanos < 999.5e6
                        ? String.format(Locale.ROOT, "%.3g ms", nanos / 1e6)
                        : String.format(Locale.ROOT, "%.3g s", nanos / 1e9);
    }
}
