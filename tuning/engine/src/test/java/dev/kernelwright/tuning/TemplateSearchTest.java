package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class TemplateSearchTest {
    private static final String SPACE = """
            // @parameter TILE 16 4 8 32 64 128 256
            // @parameter UNROLL 4 1 2 8 16
            // @parameter BLOCKS 1 2 3 4 5 6 7 8
            // @parameter PAD 0 1
            // @step run grid=BLOCKS
            #define TILE 16
            """;

    /** A hill in the logarithm of tile and unrolling, with an interaction, as kernels have; the best point is known. */
    private static double hill(Map<String, Long> point) {
        double tile = Math.log(point.get("TILE") / 64.0) / Math.log(2);
        double unroll = Math.log(point.get("UNROLL") / 8.0) / Math.log(2);
        double blocks = point.get("BLOCKS") - 6.0;
        return 100 + 10 * tile * tile + 8 * unroll * unroll + 4 * tile * unroll + 3 * blocks * blocks
                + 5 * point.get("PAD");
    }

    private static TuningRequest request(String template, int candidates, int seed) {
        Workload workload = TestOps.fixed();
        FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);
        return new TuningRequest(new KernelKey(Map.of("seed", Integer.toString(seed))), workload, backend, 1,
                Optional.of(KernelTemplate.parse("fake", template)),
                new TuningBudget(Duration.ofSeconds(100), candidates), new Rooflines(Optional.empty()));
    }

    private static Timing timing(double nanos) {
        return new Timing(nanos, nanos, nanos, nanos, nanos, nanos, 9);
    }

    private static Evaluation right(double nanos) {
        return new Evaluation(ReasonCode.NOT_FASTER, "", 0, timing(nanos), timing(100), 0, null);
    }

    /** Proposes until the budget is spent or the search ends, and returns the points in order. */
    private static List<Map<String, Long>> run(TuningRequest request, ToDoubleFunction<Map<String, Long>> time) {
        KernelGenerator.Search search = new TemplateGenerator(() -> 0).start(request);
        List<Map<String, Long>> points = new ArrayList<>();
        while (points.size() < request.budget().candidates()) {
            Optional<KernelSource> source = search.next();
            if (source.isEmpty()) {
                break;
            }
            points.add(source.get().parameters());
            search.learn(source.get(), right(time.applyAsDouble(source.get().parameters())));
        }
        return points;
    }

    private static double best(List<Map<String, Long>> points) {
        return points.stream().mapToDouble(TemplateSearchTest::hill).min().orElseThrow();
    }

    @Test
    void theDefaultsComeFirst() {
        assertThat(run(request(SPACE, 5, 1), TemplateSearchTest::hill).getFirst())
                .isEqualTo(Map.of("TILE", 16L, "UNROLL", 4L, "BLOCKS", 1L, "PAD", 0L));
    }

    @Test
    void defaultsThatAreNotAdmittedAreLeftOut() {
        List<Map<String, Long>> points = run(request("// @require TILE > 16\n" + SPACE, 50, 1),
                TemplateSearchTest::hill);
        assertThat(points).hasSize(50).allMatch(point -> point.get("TILE") > 16);
    }

    @Test
    void noPointIsProposedTwiceAndASmallSpaceIsSearchedAsAWhole() {
        List<Map<String, Long>> points = run(request("// @require TILE * UNROLL <= 256\n" + SPACE, 10_000, 1),
                TemplateSearchTest::hill);
        // 7 * 5 pairs, of which 4 * 5, and of 64 4, of 128 2 and 256 1 remain: (4 * 5 + 3 + 2 + 1) * 16 by the rule.
        assertThat(points).doesNotHaveDuplicates().allMatch(point -> point.get("TILE") * point.get("UNROLL") <= 256)
                .hasSize(countOfAdmitted() * 16);
    }

    private static int countOfAdmitted() {
        int count = 0;
        for (long tile : new long[]{4, 8, 16, 32, 64, 128, 256}) {
            for (long unroll : new long[]{1, 2, 4, 8, 16}) {
                count += tile * unroll <= 256 ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void aSpaceTooLargeToCountIsSearchedToo() {
        StringBuilder template = new StringBuilder("// @step run grid=1\n// @require P0 + P1 > 2\n");
        for (int i = 0; i < 12; i++) {
            template.append("// @parameter P").append(i).append(" 3 1 2 4 5 6 7 8 9 10\n");
        }
        List<Map<String, Long>> points = run(request(template.toString(), 300, 1), point -> point.get("P5"));
        assertThat(points).hasSize(300).doesNotHaveDuplicates().allMatch(p -> p.get("P0") + p.get("P1") > 2);
        assertThat(points.getLast().get("P5")).isLessThanOrEqualTo(2);
    }

    @Test
    void theSameKeyGivesTheSameSearchAndAnotherKeyAnother() {
        List<Map<String, Long>> points = run(request(SPACE, 40, 1), TemplateSearchTest::hill);
        assertThat(run(request(SPACE, 40, 1), TemplateSearchTest::hill)).isEqualTo(points);
        assertThat(run(request(SPACE, 40, 2), TemplateSearchTest::hill)).isNotEqualTo(points);
    }

    @Test
    void onAverageTheSearchFindsBetterPointsThanChance() {
        double searched = 0;
        double drawn = 0;
        int optima = 0;
        int runs = 100;
        List<Map<String, Long>> space = run(request(SPACE, 560, 0), TemplateSearchTest::hill);
        assertThat(space).hasSize(560);
        for (int seed = 0; seed < runs; seed++) {
            double found = best(run(request(SPACE, 50, seed), TemplateSearchTest::hill));
            searched += found;
            optima += found == 100 ? 1 : 0;
            Random random = new Random(seed);
            drawn += random.ints(50, 0, 560).mapToDouble(i -> hill(space.get(i))).min().orElseThrow();
        }
        // Fifty of 560 points by chance hit the best one in 9 % of the runs, and are 5 above it on average.
        assertThat(optima).isGreaterThan(80);
        assertThat(searched / runs).isLessThan(101);
        assertThat(drawn / runs).isGreaterThan(103);
    }

    @Test
    void theRandomPhaseEndsWithItsShareOfTheTime() {
        AtomicLong nanos = new AtomicLong();
        KernelGenerator.Search search = new TemplateGenerator(nanos::get).start(request(SPACE, 10_000, 3));
        List<Map<String, Long>> points = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            KernelSource source = search.next().orElseThrow();
            points.add(source.parameters());
            search.learn(source, right(hill(source.parameters())));
            // A tenth of the time for each: a third of it is over after four.
            nanos.addAndGet(10_000_000_000L);
        }
        assertThat(best(points)).isLessThan(best(points.subList(0, 4)) - 10);
        assertThat(best(points)).isLessThan(104);
    }

    @Test
    void rejectedPointsAreNotWhereTheSearchGoesOn() {
        KernelGenerator.Search search = new TemplateGenerator(() -> 0).start(request(SPACE, 60, 4));
        List<Map<String, Long>> points = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            KernelSource source = search.next().orElseThrow();
            points.add(source.parameters());
            double time = hill(source.parameters());
            search.learn(source, source.parameters().get("PAD") == 0
                    ? new Evaluation(ReasonCode.FASTER_THAN_PHYSICS, "", 0, timing(1), timing(100), 0, null)
                    : right(time));
        }
        // The climb never moves to a point with PAD = 0, so of two neighbours at most one has it.
        assertThat(points.subList(40, 60)).filteredOn(p -> p.get("PAD") == 0).hasSizeLessThan(8);
        assertThat(best(points.stream().filter(p -> p.get("PAD") == 1).toList())).isLessThan(110);
    }

    @Test
    void withoutATemplateNothingIsProposed() {
        assertThat(new NoSearch().next()).isEmpty();
    }

    @Test
    void theBackendsTemplateServesWhereTheApplicationHasNone() {
        TuningRequest request = request(SPACE, 10, 1);
        TuningRequest plain = new TuningRequest(request.key(), request.workload(), request.backend(), 1,
                Optional.empty(), request.budget(), request.rooflines());
        assertThat(new TemplateGenerator().start(plain).next().orElseThrow().parameters())
                .isEqualTo(Map.of("MICROS", 300L));
    }
}
