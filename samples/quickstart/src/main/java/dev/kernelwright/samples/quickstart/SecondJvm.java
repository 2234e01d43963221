package dev.kernelwright.samples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts the program a second time, in a JVM like this one, and passes on what it prints. */
final class SecondJvm {
    /** Begins the line with what the second start counted. */
    static final String SUMMARY = "in all: ";
    private static final Pattern COUNTS = Pattern.compile(
            SUMMARY + "(\\d+) hits, (\\d+) misses, (\\d+) candidates tried");
    /** The JVM's only remark on the flag that the Vector API needs. */
    private static final String INCUBATOR_WARNING = "WARNING: Using incubator modules";

    private SecondJvm() {}

    /** Runs the second start; returns what it counted. */
    static Quickstart.SecondStartSummary run(Path cache, Story story) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8", "-cp", System.getProperty("java.class.path"), SecondStart.class.getName(),
                cache.toString()).redirectErrorStream(true).start();
        long hits = 0;
        long misses = 0;
        long candidates = 0;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher counts = COUNTS.matcher(line);
                if (counts.find()) {
                    hits = Long.parseLong(counts.group(1));
                    misses = Long.parseLong(counts.group(2));
                    candidates = Long.parseLong(counts.group(3));
                }
                if (!line.startsWith(INCUBATOR_WARNING)) {
                    story.line("%s", line);
                }
            }
        }
        return new Quickstart.SecondStartSummary(process.waitFor() == 0, hits, misses, candidates);
    }
}
