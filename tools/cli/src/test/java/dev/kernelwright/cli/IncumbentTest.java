package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A retune loses nothing: what is stored, four times as fast as the baseline, gives way to what is better alone. */
class IncumbentTest {
    private static final String WORKLOAD = "add(n=64)";

    @TempDir
    private Path cache;

    private static Evaluation evaluation(ReasonCode reason, double speedup) {
        return Double.isNaN(speedup)
                ? Evaluation.rejected(reason, "said so")
                : new Evaluation(reason, "said so", 0, Timing.of(new double[]{1000 / speedup}),
                        Timing.of(new double[]{1000}), 1, null);
    }

    private static TuningRecord found(TuningRecord like, TuningRecord.@Nullable Kernel kernel, double speedup) {
        return new TuningRecord(like.key(), like.target(), kernel,
                kernel == null
                        ? Evaluation.rejected(ReasonCode.NOT_FASTER, "nothing beats the baseline")
                        : evaluation(ReasonCode.ACCEPTED, speedup),
                Map.of(), Records.CREATED.plusSeconds(60), null);
    }

    /** Stores what the incumbent stays against or gives way to, and returns whether it stayed. */
    private boolean stays(@Nullable Evaluation today, boolean another, double speedup) throws IOException {
        TuningRecord known = Records.tuned(WORKLOAD, Records.thisMachine());
        TuningRecord.Kernel kernel = known.kernel();
        KernelSource source = kernel.source();
        TuningRecord.Kernel other = new TuningRecord.Kernel(new KernelSource(source.language(), source.text() + "//",
                source.plan(), Map.of()), kernel.binary());
        TuningRecord found = found(known, another ? other : null, speedup);
        try (DirectoryStore store = DirectoryStore.open(cache);
                OpenBackend open = OpenBackend.open("cpu", Runtime.getRuntime().availableProcessors())) {
            store.put(known);
            RetuneStore retunes = new RetuneStore(store);
            KernelGenerator.Search search = retunes.incumbent().start(request(found.key(), open.backend()));
            assertThat(search.next()).as("is proposed first").contains(source);
            assertThat(search.next()).isEmpty();
            if (today != null) {
                search.learn(source, today);
            }
            retunes.put(found);
            boolean stays = store.find(found.key()).orElseThrow().created().equals(known.created());
            assertThat(retunes.kept(found.key()).map(TuningRecord::created))
                    .isEqualTo(stays ? Optional.of(known.created()) : Optional.empty());
            return stays;
        }
    }

    private static TuningRequest request(KernelKey key, Backend backend) {
        Workload workload = WorkloadParameter.parse(WORKLOAD, "f32");
        return new TuningRequest(key, workload, backend, 1, Optional.empty(),
                new TuningBudget(Duration.ofSeconds(9), 9), new Rooflines(Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"ACCEPTED, 2.5", "NOT_FASTER, 0.9", "TIMEOUT, NaN", "NO_MEMORY, NaN", "COMPILE_ERROR, NaN"})
    void thatNothingWasFoundNeverTakesThePlaceOfAKernelThatMayBeRight(ReasonCode today, double speedup)
            throws IOException {
        assertThat(stays(evaluation(today, speedup), false, Double.NaN)).isTrue();
    }

    @Test
    void whatWasNotTriedTodayStaysUnlessSomethingIsFasterThanWasPromisedOfIt() throws IOException {
        assertThat(stays(null, false, Double.NaN)).isTrue();
        assertThat(stays(null, true, 3.9)).isTrue();
        assertThat(stays(null, true, 4.1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"ACCEPTED, 3, 2.9, true", "ACCEPTED, 3, 3, true", "ACCEPTED, 3, 3.1, false",
            "ACCEPTED, 5, 4.5, true", "NOT_FASTER, 0.9, 1.2, false"})
    void aKernelHasToBeFasterThanTheStoredOneIsToday(ReasonCode today, double speedup, double found, boolean stays)
            throws IOException {
        assertThat(stays(evaluation(today, speedup), true, found)).isEqualTo(stays);
    }

    @ParameterizedTest
    @CsvSource({"WRONG_NUMERICS", "CRASHED", "OUT_OF_BOUNDS", "FORBIDDEN_MEMBER", "FASTER_THAN_PHYSICS"})
    void whatIsFoundWrongGivesWayToAnything(ReasonCode today) throws IOException {
        assertThat(stays(evaluation(today, Double.NaN), false, Double.NaN)).isFalse();
        assertThat(stays(evaluation(today, Double.NaN), true, 1.1)).isFalse();
    }

    /** With real workers and clocks. */
    @Test
    void aRetuneTriesTheStoredKernelFirstAndLeavesTheBetterOne() throws IOException {
        MeasuredRoofline.putInto(cache);
        String[] line =
                {"tune", "rms_norm(rows=8,cols=1024)", "--device", "cpu", "--candidates", "1", "--budget", "60s",
                        "--json", "--cache", cache.toString()};
        JsonNode tuned = CommandRun.of(line).endedWith(0).json();
        assertThat(tuned.get("outcome").textValue()).isEqualTo("tuned");
        JsonNode again = CommandRun.of(Stream.concat(Stream.of(line), Stream.of("--retune")).toArray(String[]::new))
                .endedWith(0).json();
        JsonNode first = again.at("/candidates/0");
        assertThat(first.get("parameters")).isEqualTo(tuned.at("/candidates/0/parameters"));
        if (again.get("outcome").textValue().equals("kept")) {
            assertThat(again.get("evaluation")).isEqualTo(tuned.get("evaluation"));
        } else {
            assertThat(again.get("outcome").textValue()).isEqualTo("tuned");
            assertThat(again.at("/evaluation/speedup").doubleValue())
                    .isGreaterThan(first.get("baselineNanos").doubleValue() / first.get("kernelNanos").doubleValue());
        }
    }
}
