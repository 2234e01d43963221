package dev.kernelwright.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    private Path cache;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private PrintStream stream() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    private String told() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Fills the cache with findings that nothing beats the baseline, which need no tuning. */
    private void fill() throws IOException {
        try (DirectoryStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = ComputeRuntime.builder().store(store).missPolicy(MissPolicy.BASELINE_ONLY)
                        .build()) {
            Target target = runtime.devices().getFirst().target();
            for (Exercise exercise : Demo.exercises(3)) {
                store.put(new TuningRecord(KernelKey.of(exercise.workload(), target), target, null,
                        Evaluation.rejected(ReasonCode.NOT_FASTER, "right, but not faster"), Map.of(), Instant.now(),
                        null));
            }
        }
    }

    @Test
    void bothStartsHitOnACacheThatIsFull() throws IOException, InterruptedException {
        fill();
        Quickstart.Result result = Quickstart.run(cache, false, stream(), false);
        assertThat(result.succeeded()).as(told()).isTrue();
        assertThat(result.secondStart().hits()).isEqualTo(2);
        assertThat(result.secondStart().misses()).isZero();
        assertThat(result.secondStart().candidates()).isZero();
        assertThat(result.firstStart()).hasSize(2).allMatch(Quickstart.Observation::right)
                .noneMatch(Quickstart.Observation::tuned);
        assertThat(told()).contains("Second start, a new JVM on the same cache", "in all: 2 hits, 0 misses")
                .doesNotContain("WRONG", "incubator");
    }

    @Test
    void wrongNumbersAndMissesAreNoSuccess() {
        Quickstart.Observation right = new Quickstart.Observation("a", true, 1, 1, 1, true);
        Quickstart.Observation wrong = new Quickstart.Observation("a", true, 1, 1, 1, false);
        Quickstart.SecondStartSummary good = new Quickstart.SecondStartSummary(true, 1, 0, 0);
        Quickstart.SecondStartSummary missed = new Quickstart.SecondStartSummary(false, 0, 1, 3);
        assertThat(new Quickstart.Result(List.of(right), good, 1).succeeded()).isTrue();
        assertThat(new Quickstart.Result(List.of(right, wrong), good, 1).succeeded()).isFalse();
        assertThat(new Quickstart.Result(List.of(right), missed, 1).succeeded()).isFalse();
    }

    /** The whole of it, as a newcomer sees it; it takes a minute of a machine that does nothing else. */
    @Test
    @Tag("stress")
    void aNewCacheMissesIsTunedAndHits() throws IOException, InterruptedException {
        Quickstart.Result result = Quickstart.run(cache, true, stream(), true);
        assertThat(result.succeeded()).as(told()).isTrue();
        assertThat(result.seconds()).isLessThan(120);
        assertThat(told()).contains("miss:", "tuned:", "[####", "in all: 2 hits, 0 misses, 0 candidates tried");
        assertThat(Files.isDirectory(cache.resolve("records"))).isTrue();
    }
}
