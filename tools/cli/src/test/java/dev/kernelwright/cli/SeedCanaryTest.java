package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The secrets of a verification are in nothing that an author of kernels or anybody else gets to read.
 *
 * <p>All of them are drawn from {@link java.security.SecureRandom}, so a source of randomness that remembers what it gave
 * stands in for the system's.
 */
class SeedCanaryTest {
    /** Shorter numbers may be a time or a size. */
    private static final int MIN_DIGITS = 12;
    private static final Set<Long> DRAWN = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path folder;

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    /** Gives numbers and remembers those of 64 bits, which a generator draws in two halves. */
    public static final class Remembering extends SecureRandomSpi {
        private static final long serialVersionUID = 1;
        private final Random random = new Random();
        private int half;

        @Override
        protected void engineSetSeed(byte[] seed) {}

        @Override
        protected synchronized void engineNextBytes(byte[] bytes) {
            random.nextBytes(bytes);
            if (bytes.length == Integer.BYTES) {
                int now = ByteBuffer.wrap(bytes).getInt();
                // As java.util.Random makes a long of two ints.
                DRAWN.add(((long) half << Integer.SIZE) + now);
                half = now;
            }
        }

        @Override
        protected byte[] engineGenerateSeed(int count) {
            byte[] bytes = new byte[count];
            engineNextBytes(bytes);
            return bytes;
        }
    }

    private static final class RememberingProvider extends Provider {
        private static final long serialVersionUID = 1;

        RememberingProvider() {
            super("Remembering", "1", "for a test");
            put("SecureRandom.Remembering", Remembering.class.getName());
        }
    }

    private CommandRun tune(String model) throws IOException {
        Path configuration = Files.writeString(folder.resolve("agent.json"), "{\"planner\": \"none\","
                + " \"population\": 1, \"restarts\": 0, \"refinements\": 0, \"relayWaitSeconds\": 0}");
        return CommandRun.of("tune", "add(n=4096)", "--device", "cpu", "--generator", "llm", "--model", model,
                "--agent-config", configuration.toString(), "--cache", folder.resolve("cache").toString(), "--budget",
                "60s", "--retune");
    }

    @Test
    void noSeedIsInAPromptALogOrARecord() throws IOException {
        Provider provider = new RememberingProvider();
        Security.insertProviderAt(provider, 1);
        try {
            Path relay = folder.resolve("relay");
            tune("relay:" + relay).endedWith(1);
            answer(relay, 1, AgentCommandTest.KERNEL.replace(".add(", ".sub("));
            tune("relay:" + relay);
            answer(relay, 2, AgentCommandTest.KERNEL);
            tune("relay:" + relay).endedWith(0);
        } finally {
            Security.removeProvider(provider.getName());
        }
        assertThat(DRAWN).as("this test sees what is drawn").hasSizeGreaterThan(20);
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> written = files.filter(Files::isRegularFile).toList();
            assertThat(written).extracting(file -> folder.relativize(file).toString())
                    .anyMatch(name -> name.endsWith("-2.request.md")).anyMatch(name -> name.endsWith(".jsonl"))
                    .anyMatch(name -> name.startsWith("cache/records"));
            for (Path file : written) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
                assertThat(DRAWN.stream().flatMap(SeedCanaryTest::spellings).filter(text::contains)).as(file.toString())
                        .isEmpty();
            }
        }
    }

    private static Stream<String> spellings(long seed) {
        return Stream.of(Long.toString(seed), Long.toUnsignedString(seed), Long.toHexString(seed))
                .filter(each -> each.length() >= MIN_DIGITS);
    }

    private static void answer(Path relay, int call, String text) throws IOException {
        try (Stream<Path> files = Files.list(relay)) {
            Path question = files.filter(file -> file.toString().endsWith("-" + call + ".request.md")).findFirst()
                    .orElseThrow();
            Files.writeString(Path.of(question.toString().replace(".request.md", ".reply.md")), text);
        }
    }
}
