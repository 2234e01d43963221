package dev.kernelwright.tuning.llm.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The resource texts and how values get into them. */
final class Texts {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern FENCE = Pattern.compile("`{3,}");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\t]]");

    private Texts() {}

    /** Returns a resource with its places filled in; what is filled in is not looked at again. */
    static String fill(String name, Map<String, String> values) {
        return PLACE.matcher(read(name)).replaceAll(match -> {
            String value = values.get(match.group(1));
            if (value == null) {
                throw new IllegalStateException(name + " asks for '" + match.group(1) + "', but there are "
                        + values.keySet());
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String read(String name) {
        try (InputStream in = Texts.class.getResourceAsStream("/dev/kernelwright/tuning/llm/prompt/" + name + ".md")) {
            if (in == null) {
                throw new IllegalStateException("the prompt " + name + " is missing from this library's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the prompt " + name + " cannot be read from this library's own jar", e);
        }
    }

    /** Puts a text from elsewhere between fences that it cannot close, with at most so many characters. */
    static String fenced(String label, String text, int maxChars) {
        String shown = middleOut(UNPRINTABLE.matcher(text).replaceAll("?").strip(), maxChars);
        int longest = 3;
        Matcher inside = FENCE.matcher(shown);
        while (inside.find()) {
            longest = Math.max(longest, inside.group().length());
        }
        String fence = "`".repeat(longest + 1);
        return fence + label + "\n" + shown + "\n" + fence;
    }

    /** Returns a text from elsewhere as one short line without anything that could look like markup. */
    static String line(String text, int maxChars) {
        String plain = UNPRINTABLE.matcher(text.replaceAll("\\s+", " ")).replaceAll("?").replace('`', '\'').strip();
        return plain.length() <= maxChars ? plain : plain.substring(0, maxChars) + " ...";
    }

    /** Leaves out the middle of what is too long: the ends of a compiler's log say most. */
    private static String middleOut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int half = maxChars / 2;
        return text.substring(0, half) + "\n... (" + (text.length() - 2 * half) + " characters left out) ...\n"
                + text.substring(text.length() - half);
    }

    /** Returns a time in the unit that suits it. */
    static String time(double nanos) {
        if (Double.isNaN(nanos)) {
            return "unknown";
        }
        return nanos < 1e3
                ? String.format(Locale.ROOT, "%.0f ns", nanos)
                : nanos < 1e6
                        ? String.format(Locale.ROOT, "%.2f µs", nanos / 1e3)
                        : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
