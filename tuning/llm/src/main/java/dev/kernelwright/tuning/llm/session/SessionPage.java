package dev.kernelwright.tuning.llm.session;

import dev.kernelwright.tuning.llm.session.SessionSummary.Attempt;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A session as a page of HTML that needs nothing else: figures, a chart of time by attempt, every question and answer.
 *
 * <p>Everything that comes from a log is text on it; it has no scripts and refers to nothing.
 */
public final class SessionPage {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 300;
    private static final int LEFT = 70;
    private static final int TOP = 16;
    private static final int BOTTOM = 34;

    private final List<SessionLog.Entry> entries;
    private final SessionSummary summary;
    private final StringBuilder page = new StringBuilder();

    private SessionPage(List<SessionLog.Entry> entries) {
        this.entries = entries;
        this.summary = SessionSummary.of(entries);
    }

    /** Returns the page of a session. */
    public static String of(List<SessionLog.Entry> entries) {
        SessionPage page = new SessionPage(entries);
        page.write();
        return page.page.toString();
    }

    private void write() {
        String title = entries.getFirst().event() instanceof SessionEvent.Opened opened
                ? opened.workload() + ":" + opened.dtype() + " on " + opened.device() + " by " + opened.model()
                : "a session";
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src")
                .append(" 'unsafe-inline'\">\n<title>").append(escape(title)).append("</title>\n<style>\n")
                .append(style()).append("</style></head><body>\n<h1>").append(escape(title)).append("</h1>\n<p>")
                .append(escape(figures())).append("</p>\n<h2>Time by attempt</h2>\n");
        chart();
        page.append("<h2>Attempts</h2>\n<table><tr><th class=\"number\">#</th><th>step</th><th>line</th>")
                .append("<th>parameters</th><th class=\"number\">time</th><th class=\"number\">x</th><th>verdict</th></tr>\n");
        summary.attempts().forEach(this::row);
        page.append("</table>\n<h2>Lines of work</h2>\n<ol>\n");
        summary.lines().forEach(line -> page.append("<li>")
                .append(escape(line.idea().isEmpty() ? "(without a name)" : line.idea())).append("</li>\n"));
        page.append("</ol>\n<h2>Events</h2>\n");
        entries.forEach(this::event);
        page.append("</body></html>\n");
    }

    private String figures() {
        return String.format(Locale.ROOT,
                "%d questions, %d unusable answers, %d candidates; %d + %d tokens, %.4f dollars;"
                        + " %s.",
                summary.calls(), summary.unusable(), summary.attempts().size(), summary.inputTokens(),
                summary.outputTokens(), summary.microDollars() / 1e6,
                summary.end().isEmpty() ? "not ended" : "ended because " + summary.end());
    }

    /** Draws times on a logarithmic scale: a dot for each right attempt, a cross at the foot for each wrong one. */
    private void chart() {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        double baseline = Double.NaN;
        double floor = Double.NaN;
        for (Attempt attempt : summary.attempts()) {
            SessionEvent.Verdict verdict = attempt.verdict();
            if (verdict.isRight() && verdict.kernelNanos() > 0) {
                least = Math.min(least, verdict.kernelNanos());
                most = Math.max(most, verdict.kernelNanos());
                baseline = verdict.baselineNanos() > 0 ? verdict.baselineNanos() : baseline;
                floor = verdict.floorNanos() > 0 ? verdict.floorNanos() : floor;
            }
        }
        if (most == 0) {
            page.append("<p>No kernel was right, so there are no times.</p>\n");
            return;
        }
        double low = Math.log10(Math.min(least, Double.isNaN(floor) ? least : floor)) - 0.05;
        double high = Math.log10(Math.max(most, Double.isNaN(baseline) ? most : baseline)) + 0.05;
        page.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT).append("\" role=\"img\">\n");
        level("baseline", baseline, low, high);
        level("floor", floor, low, high);
        level("best", least, low, high);
        double step = (double) (WIDTH - LEFT - 20) / Math.max(1, summary.attempts().size());
        for (int i = 0; i < summary.attempts().size(); i++) {
            Attempt attempt = summary.attempts().get(i);
            double x = LEFT + step * (i + 0.5);
            if (attempt.verdict().isRight()) {
                page.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#1f7a4d\">", x,
                        y(attempt.verdict().kernelNanos(), low, high))).append("<title>").append(attempt.number())
                        .append(": ").append(escape(time(attempt.verdict().kernelNanos())))
                        .append("</title></circle>\n");
            } else {
                page.append(String.format(Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" style=\"fill:#a1260d\">&#215;</text>\n", x,
                        HEIGHT - BOTTOM + 12));
            }
            if (summary.attempts().size() <= 40 || i % 10 == 0) {
                page.append(
                        String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", x,
                                HEIGHT - 6, attempt.number()));
            }
        }
        page.append("</svg>\n");
    }

    private void level(String name, double nanos, double low, double high) {
        if (nanos > 0) {
            double y = y(nanos, low, high);
            page.append(String.format(Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#b3bec9\" stroke-dasharray=\"4 3\"/>\n",
                    LEFT, WIDTH - 10, y, y));
            page.append(
                    String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6,
                            y - 2, name));
            page.append(
                    String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6,
                            y + 10, escape(time(nanos))));
        }
    }

    private static double y(double nanos, double low, double high) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - Math.log10(nanos)) / (high - low);
    }

    private void row(Attempt attempt) {
        SessionEvent.Verdict verdict = attempt.verdict();
        page.append("<tr><td class=\"number\">").append(attempt.number()).append("</td><td>")
                .append(escape(attempt.step()))
                .append("</td><td>").append(attempt.line() + 1).append("</td><td>")
                .append(attempt.parameters().isEmpty() ? "" : escape(attempt.parameters().toString()))
                .append("</td><td class=\"number\">").append(escape(time(verdict.kernelNanos())))
                .append("</td><td class=\"number\">")
                .append(attempt.speedup() > 0 ? String.format(Locale.ROOT, "%.2f", attempt.speedup()) : "")
                .append("</td><td class=\"").append(verdict.isRight() ? "right" : "wrong").append("\">")
                .append(verdict.reason()).append("</td></tr>\n");
    }

    private void event(SessionLog.Entry entry) {
        switch (entry.event()) {
            case SessionEvent.Opened opened -> line(entry, "opened with " + opened.settings());
            case SessionEvent.Resumed resumed -> line(entry, "resumed on " + resumed.device());
            case SessionEvent.Baseline baseline -> line(entry, "the baseline takes " + time(baseline.nanos()));
            case SessionEvent.Earlier earlier -> fold(entry, "found before: "
                    + earlier.verdict().reason() + " " + time(earlier.verdict().kernelNanos()), earlier.source());
            case SessionEvent.Rules rules -> fold(entry, "the rules", rules.text());
            case SessionEvent.Asked asked -> fold(entry, "question " + asked.call() + ": " + asked.step()
                    + (asked.line() < 0 ? "" : ", line " + (asked.line() + 1)), asked.user());
            case SessionEvent.Answered answered -> fold(entry, "answer " + answered.call() + ": "
                    + answered.inputTokens() + " + " + answered.outputTokens() + " tokens, "
                    + answered.millis() / 1000.0 + " s", answered.text());
            case SessionEvent.Unusable unusable -> line(entry, "answer " + unusable.call() + " could not be used: "
                    + unusable.reason());
            case SessionEvent.Understood understood -> line(entry, "answer " + understood.call() + " was read");
            case SessionEvent.Proposed proposed -> line(entry, "candidate " + proposed.candidate() + " from answer "
                    + proposed.call() + (proposed.parameters().isEmpty() ? "" : " at " + proposed.parameters()));
            case SessionEvent.Compiled compiled -> fold(entry, "the compiler on candidate " + compiled.candidate(),
                    compiled.log());
            case SessionEvent.Loaded loaded -> fold(entry, "the device on candidate " + loaded.candidate(),
                    loaded.report());
            case SessionEvent.Judged judged -> fold(entry, "candidate " + judged.candidate() + ": "
                    + judged.verdict().reason() + " " + time(judged.verdict().kernelNanos()),
                    judged.verdict().message());
            case SessionEvent.Ended ended -> line(entry, "ended: " + ended.reason());
        }
    }

    private void line(SessionLog.Entry entry, String text) {
        page.append("<div>").append(entry.sequence()).append(". ").append(escape(text)).append("</div>\n");
    }

    private void fold(SessionLog.Entry entry, String title, String text) {
        page.append("<details><summary>").append(entry.sequence()).append(". ").append(escape(title))
                .append("</summary><pre>").append(escape(text)).append("</pre></details>\n");
    }

    private static String time(double nanos) {
        if (Double.isNaN(nanos)) {
            return "";
        }
        return nanos < 1e3
                ? String.format(Locale.ROOT, "%.0f ns", nanos)
                : nanos < 1e6
                        ? String.format(Locale.ROOT, "%.2f µs", nanos / 1e3)
                        : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String style() {
        String name = "/dev/kernelwright/tuning/llm/session-page.css";
        try (InputStream in = SessionPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this library's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read from this library's own jar", e);
        }
    }
}
