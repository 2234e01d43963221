package dev.kernelwright.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.charset.CharsetEncoder;

/**
 * Where a command speaks: results on standard output, errors on standard error, and on a terminal a status line below
 * the results that is drawn again and again.
 *
 * <p>Safe for use from several threads: tuning reports from threads of its own.
 */
public final class Console {
    /** Back to the first column, and erase to the end of the line (ECMA-48, EL). */
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final CharsetEncoder encoder;
    private String status = "";

    /**
     * Creates a console.
     *
     * @param terminal whether somebody is watching, so that a status line makes sense
     */
    public Console(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.encoder = out.charset().newEncoder();
    }

    /** Returns the console of this process. */
    @SuppressWarnings("SystemConsoleNull") // on JDK 25 there is none unless input and output are both a terminal
    public static Console ofProcess() {
        java.io.Console console = System.console();
        return new Console(System.out, System.err, console != null && console.isTerminal());
    }

    /** Returns whether somebody is watching. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Returns where results go, for what prints by itself. */
    public PrintStream out() {
        return out;
    }

    /** Returns where errors go, for what prints by itself. */
    public PrintStream err() {
        return err;
    }

    /** Prints a line above the status line. */
    public synchronized void line(String text) {
        erase();
        out.println(encodable(text));
        draw();
    }

    /** Prints lines above the status line. */
    public void lines(Iterable<String> texts) {
        texts.forEach(this::line);
    }

    /** Prints a sentence that says what went wrong. */
    public synchronized void error(String sentence) {
        erase();
        out.flush();
        err.println("kernelwright: " + encodable(sentence));
        draw();
    }

    /** Prints a value, indented. */
    public synchronized void json(JsonNode value) {
        erase();
        out.println(Json.write(value));
        draw();
    }

    /** Draws the status line, on a terminal; an empty one takes it away. */
    public synchronized void status(String text) {
        erase();
        status = text;
        draw();
    }

    private void erase() {
        if (terminal && !status.isEmpty()) {
            out.print(ERASE_LINE);
        }
    }

    private void draw() {
        if (terminal && !status.isEmpty()) {
            out.print(encodable(status));
        }
        out.flush();
    }

    /** Returns the text with what a plain ASCII terminal cannot show replaced by what people write there. */
    private String encodable(String text) {
        return encoder.canEncode(text) ? text : text.replace('µ', 'u');
    }
}
