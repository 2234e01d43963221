package dev.kernelwright.cli.output;

/** A bar that fills as work is done; seen on a terminal only. */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;

    private final Console console;

    /** Creates a bar, which is not drawn yet. */
    public ProgressBar(Console console) {
        this.console = console;
    }

    /**
     * Draws the bar.
     *
     * @param fraction the part of the work that is done, from 0 to 1
     * @param note what stands beside it
     */
    public void show(double fraction, String note) {
        int filled = (int) Math.round(Math.clamp(fraction, 0, 1) * WIDTH);
        console.status("[" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " + note);
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        console.status("");
    }
}
