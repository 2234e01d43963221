package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides by its assembly whether a kernel keeps to its arguments, as far as that can be seen: no clock, no place that it
 * runs at, no variable of the module that outlives a call, no function from elsewhere, no texture.
 *
 * <p>In assembly every macro, template and header is worked out, and what is written inline stands as it is, so there is
 * one form for each of these, however the source put it together. What a kernel makes of an address cannot be seen, nor
 * that a variable with a value is a counter and not a table; that is for the trial worker to find.
 */
final class PtxScreen {
    private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern CLOCK = Pattern.compile("%(?:clock(?:_hi|64)?|pm\\d(?:_64)?)\\b");
    private static final Pattern GLOBAL_TIMER = Pattern.compile("%globaltimer(?:_lo|_hi)?\\b");
    /** The waiting of libcu++'s barriers looks at the time. */
    private static final Pattern LIBCUXX = Pattern.compile("(?m)^\\s*#\\s*include\\s*[<\"]cuda/");
    private static final Pattern PLACE = Pattern.compile("%n?(?:smid|warpid)\\b|%gridid\\b");
    private static final Pattern STATE = Pattern.compile(
            "(?:^|[;{}])\\s*(?:\\.(?:visible|weak|common)\\s+)?\\.global\\s[^;={}]*?([\\w$]+)(?:\\[\\d*\\])*\\s*;",
            Pattern.MULTILINE);
    private static final Pattern FUNCTION = Pattern.compile("\\.extern\\s+\\.func\\s*(?:\\([^)]*\\))?\\s*([\\w$]+)");
    private static final Pattern TEXTURE =
            Pattern.compile("(?<![\\w.$%])(?:tex|tld4|txq|suld|sust|sured|suq)\\.[\\w.:]+");

    private PtxScreen() {}

    /**
     * Screens a kernel.
     *
     * @param ptx its assembly
     * @param source what that was made of
     * @throws KernelRejectedException {@link ReasonCode#FORBIDDEN_MEMBER}, naming what it found
     */
    static void screen(String ptx, String source) throws KernelRejectedException {
        String text = COMMENT.matcher(ptx).replaceAll(" ");
        refuse(CLOCK, text, "reads the clock ", "results come from the inputs alone, and times are taken outside");
        if (!LIBCUXX.matcher(source).find()) {
            refuse(GLOBAL_TIMER, text, "reads the clock ",
                    "results come from the inputs alone, and times are taken outside");
        }
        refuse(PLACE, text, "asks where it runs, by ", "use blockIdx and threadIdx");
        refuseState(text);
        refuse(FUNCTION, text, "calls the function ", "use only functions that compute: nothing is printed, asserted or"
                + " allocated on the device");
        refuse(TEXTURE, text, "reads or writes by ", "use the pointers that it is given");
    }

    /** Headers leave variables of no value behind that nothing uses, such as the false of an integral constant. */
    private static void refuseState(String text) throws KernelRejectedException {
        Matcher variable = STATE.matcher(text);
        while (variable.find()) {
            String name = variable.group(1);
            Pattern use = Pattern.compile("(?<![\\w$.%])" + Pattern.quote(name) + "(?![\\w$])");
            if (use.matcher(text).results().count() > 1) {
                throw refused("has the variable ", name, "keep nothing between calls: use the workspace within one,"
                        + " __shared__ within a block, and __constant__ or a value for a table");
            }
        }
    }

    private static void refuse(Pattern pattern, String text, String does, String cure) throws KernelRejectedException {
        Matcher matcher = pattern.matcher(text);
        if (matcher.find()) {
            throw refused(does, matcher.group(matcher.groupCount()), cure);
        }
    }

    private static KernelRejectedException refused(String does, String found, String cure) {
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "the kernel " + does + "'" + found
                + "', which is not allowed: " + cure);
    }
}
