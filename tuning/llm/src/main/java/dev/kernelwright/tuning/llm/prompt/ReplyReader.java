package dev.kernelwright.tuning.llm.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads answers. What is asked for is taken, and only in the form that was asked for; everything else in an answer is
 * ignored, so nothing that an answer says can have an effect beyond the kernel that it proposes.
 */
public final class ReplyReader {
    /** The largest template; kernels that were written by people have a quarter of that. */
    static final int MAX_SOURCE_CHARS = 96 * 1024;
    private static final int MAX_REPLY_CHARS = 1 << 20;
    private static final int MAX_PARAMETERS = 8;
    private static final int MAX_VALUES = 16;
    private static final int MAX_IDEAS = 8;
    private static final int MAX_IDEA_CHARS = 400;
    private static final int MAX_CRITIQUE_CHARS = 2_000;

    private static final Pattern FENCE = Pattern.compile("^ {0,3}(`{3,})([^`\\n]*)$", Pattern.MULTILINE);
    private static final Pattern STEP = Pattern.compile("^ *// @step ", Pattern.MULTILINE);
    private static final Pattern IDEA = Pattern.compile("^\\W{0,4}idea\\W{0,4}:\\W{0,4}(\\S.*)$",
            Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\r\\t]]");
    private static final Map<String, Set<String>> TAGS = Map.of(
            "java-vector", Set.of("java", "java-vector"),
            "opencl-c", Set.of("c", "opencl", "cl", "opencl-c", "openclc", "opencl_c"),
            "cuda-c++", Set.of("cuda", "cu", "c++", "cpp", "cuda-c++", "cuda-cpp", "c"));
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxStringLength(100_000).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()).build();

    private ReplyReader() {}

    /** What an answer holds. */
    public sealed interface Reading {
        /**
         * A kernel.
         *
         * @param template the kernel
         * @param idea what the author calls its idea; empty if it does not say
         */
        record Kernel(KernelTemplate template, String idea) implements Reading {}

        /** Nothing that can be used, and why, in words for the author. */
        record Fault(String reason) implements Reading {}
    }

    /**
     * An idea for a kernel.
     *
     * @param name a few words
     * @param sketch one or two sentences
     */
    public record Idea(String name, String sketch) {
        /** Returns both in one line. */
        @Override
        public String toString() {
            return sketch.isEmpty() ? name : name + ": " + sketch;
        }
    }

    /** A fenced block. */
    private record Block(String tag, String text, boolean closed) {}

    /** Reads a kernel. */
    public static Reading kernel(String reply, String language, KernelSignature signature) {
        if (reply.isBlank()) {
            return new Reading.Fault("the answer is empty");
        }
        if (reply.length() > MAX_REPLY_CHARS) {
            return new Reading.Fault("the answer has " + reply.length() + " characters, more than " + MAX_REPLY_CHARS);
        }
        List<Block> blocks = blocks(reply.replace("\r\n", "\n"));
        List<Block> kernels = blocks.stream().filter(block -> STEP.matcher(block.text()).find()).toList();
        if (kernels.size() > 1) {
            return new Reading.Fault("the answer has " + kernels.size() + " blocks with a kernel: give one");
        }
        if (kernels.isEmpty()) {
            return new Reading.Fault(blocks.isEmpty()
                    ? "the answer has no fenced code block"
                    : "no code block has a '// @step' line, which says how the kernel is launched");
        }
        Block block = kernels.getFirst();
        String tag = block.tag().toLowerCase(Locale.ROOT);
        if (!block.closed()) {
            return new Reading.Fault("the answer ends in the middle of the code: write less, or leave out comments");
        }
        if (!tag.isEmpty() && !TAGS.getOrDefault(language, Set.of(tag)).contains(tag)) {
            return new Reading.Fault("the code is said to be in '" + line(tag) + "', but kernels here are written in "
                    + language);
        }
        if (block.text().length() > MAX_SOURCE_CHARS) {
            return new Reading.Fault("the kernel has " + block.text().length() + " characters, more than "
                    + MAX_SOURCE_CHARS);
        }
        if (CONTROL.matcher(block.text()).find()) {
            return new Reading.Fault("the code has control characters");
        }
        return template(block.text(), language, signature, reply);
    }

    private static Reading template(String text, String language, KernelSignature signature, String reply) {
        try {
            KernelTemplate template = KernelTemplate.parse(language, text);
            if (template.parameters().size() > MAX_PARAMETERS
                    || template.parameters().values().stream().anyMatch(values -> values.size() > MAX_VALUES)) {
                return new Reading.Fault("the kernel has " + template.parameters().size()
                        + " parameters: give at most " + MAX_PARAMETERS + ", of at most " + MAX_VALUES
                        + " values each");
            }
            Map<String, Long> first = template.defaultPoint();
            if (!template.admits(first, signature)) {
                return new Reading.Fault(
                        "the first values of the parameters, " + first + ", do not satisfy the @require"
                                + " lines for " + signature + ": put values first that do");
            }
            template.expand(first, signature);
            Matcher idea = IDEA.matcher(reply);
            return new Reading.Kernel(template, idea.find() ? line(idea.group(1)) : "");
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Reading.Fault(String.valueOf(e.getMessage()));
        }
    }

    /** Reads ideas, none if the answer is not in the form asked for. */
    public static List<Idea> ideas(String reply) {
        List<Idea> ideas = new ArrayList<>();
        List<Block> blocks = reply.length() > MAX_REPLY_CHARS ? List.of() : blocks(reply.replace("\r\n", "\n"));
        String json = blocks.size() == 1 ? blocks.getFirst().text() : blocks.isEmpty() ? reply : "";
        try {
            JsonNode list = MAPPER.readTree(json).path("ideas");
            for (JsonNode each : list) {
                String name = line(each.path("name").asText(""));
                if (!name.isEmpty() && ideas.size() < MAX_IDEAS) {
                    ideas.add(new Idea(name, line(each.path("sketch").asText(""))));
                }
            }
        } catch (JsonProcessingException e) {
            return List.of();
        }
        return ideas;
    }

    /** Reads a critique: what it says, without more than it may say. */
    public static String critique(String reply) {
        String text = CONTROL.matcher(reply.strip()).replaceAll(" ");
        return text.length() <= MAX_CRITIQUE_CHARS ? text : text.substring(0, MAX_CRITIQUE_CHARS) + " ...";
    }

    private static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher fence = FENCE.matcher(text);
        int position = 0;
        while (fence.find(position)) {
            String ticks = fence.group(1);
            String tag = fence.group(2).strip();
            int start = Math.min(text.length(), fence.end() + 1);
            int end = -1;
            int next = start;
            while (end < 0 && fence.find(next)) {
                if (fence.group(1).length() >= ticks.length() && fence.group(2).isBlank()) {
                    end = fence.start();
                }
                next = fence.end();
            }
            blocks.add(new Block(tag, text.substring(start, end < 0 ? text.length() : end), end >= 0));
            if (end < 0) {
                break;
            }
            position = next;
        }
        return blocks;
    }

    private static String line(String text) {
        return Texts.line(text, MAX_IDEA_CHARS);
    }
}
