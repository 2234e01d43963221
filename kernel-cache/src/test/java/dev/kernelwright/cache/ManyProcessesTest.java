package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.TuningRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads of many processes that miss the same keys of one cache at the same time. */
class ManyProcessesTest {
    @TempDir
    private Path root;

    @Test
    @Timeout(120)
    void eachKeyIsMadeOnceAndEveryReadIsOfWhatWasPublished() throws Exception {
        run(3, 4, 16, 2);
    }

    @Test
    @Tag("stress")
    void eachOfSixtyFourKeysIsMadeOnceByOneOfSixteenProcessesOfEightThreads() throws Exception {
        run(16, 8, 64, 30);
    }

    private void run(int processCount, int threads, int keys, int rounds) throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < processCount; i++) {
                processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", "-Xmx128m", "-XX:+UseSerialGC", "-cp",
                        System.getProperty("java.class.path"), Member.class.getName(), root.toString(),
                        Integer.toString(threads), Integer.toString(keys), Integer.toString(i))
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start());
            }
            List<BufferedReader> outputs = processes.stream()
                    .map(process -> process.inputReader(StandardCharsets.US_ASCII)).toList();
            List<PrintWriter> inputs = processes.stream()
                    .map(process -> new PrintWriter(process.outputWriter(StandardCharsets.US_ASCII), true)).toList();
            for (BufferedReader output : outputs) {
                assertThat(output.readLine()).isEqualTo("ready");
            }
            for (int round = 0; round < rounds; round++) {
                for (PrintWriter input : inputs) {
                    input.println(round);
                }
                Map<String, Integer> generations = new HashMap<>();
                for (BufferedReader output : outputs) {
                    for (String line = output.readLine(); !line.equals("done"); line = output.readLine()) {
                        assertThat(line).startsWith("made ");
                        generations.merge(line, 1, Integer::sum);
                    }
                }
                // Nobody died, so there is no take-over that would allow a second.
                assertThat(generations).as("generations in round %s", round).hasSize(keys)
                        .allSatisfy((key, count) -> assertThat(count).isEqualTo(1));
            }
        } finally {
            for (Process process : processes) {
                process.toHandle().destroyForcibly();
                process.waitFor();
            }
        }
        assertThat(DirectoryStore.open(root).problems()).isEmpty();
    }

    /** One of the processes: for each line that it reads, each of its threads gets every key of a round. */
    static final class Member {
        private Member() {}

        public static void main(String[] args) throws Exception {
            int threads = Integer.parseInt(args[1]);
            int keys = Integer.parseInt(args[2]);
            String name = args[3];
            // A long lease: a process that the machine does not let run for seconds must not look dead.
            DirectoryStore store = DirectoryStore.open(Path.of(args[0]), Disk.REAL,
                    StoreSettings.DEFAULT.withLease(Duration.ofMinutes(2)));
            List<String> made = Collections.synchronizedList(new ArrayList<>());
            BufferedReader input = new BufferedReader(
                    new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            System.out.println("ready");
            try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
                for (String round = input.readLine(); round != null; round = input.readLine()) {
                    String prefix = "op" + round + ".";
                    List<Future<?>> running = new ArrayList<>();
                    for (int i = 0; i < threads; i++) {
                        Random random = new Random(Long.parseLong(name) * 100 + i);
                        running.add(pool.submit(() -> {
                            getAll(store, prefix, keys, name, random, made);
                            return null;
                        }));
                    }
                    for (Future<?> thread : running) {
                        thread.get();
                    }
                    made.forEach(key -> System.out.println("made " + key));
                    made.clear();
                    System.out.println("done");
                }
            }
        }

        private static void getAll(DirectoryStore store, String prefix, int keys, String name, Random random,
                List<String> made) throws IOException, InterruptedException {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            for (int i : order) {
                KernelKey key = Records.key(prefix + i);
                Optional<TuningRecord> found = store.find(key);
                while (found.isEmpty()) {
                    Optional<Lease> lease = store.tryLease(key, Duration.ofMinutes(10));
                    found = store.find(key);
                    if (found.isEmpty() && lease.isPresent()) {
                        made.add(prefix + i);
                        Thread.sleep(2);
                        store.put(Records.tuned(key, text(prefix + i, name)));
                    } else if (found.isEmpty()) {
                        Thread.sleep(5);
                    }
                    lease.ifPresent(Lease::close);
                }
                String text = found.get().kernel().source().text();
                String writer = text.substring(0, text.indexOf(' '));
                if (!text.equals(text(prefix + i, writer))) {
                    throw new AssertionError("read what nobody has put: " + text);
                }
            }
        }

        private static String text(String key, String writer) {
            return writer + " " + key.repeat(200);
        }
    }
}
