package dev.kernelwright.tuning;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One search of a template's parameter space: the default, then random points, then hill climbing.
 *
 * <p>Random points take a good third of the budget, in candidates or in time, whichever is used up first. Then the
 * neighbours of the best point are tried, in random order, and the search moves on whenever one is better. Where none
 * is, it begins again at a random point. No point is proposed twice, so a space that is smaller than the budget is
 * searched as a whole.
 */
final class TemplateSearch implements KernelGenerator.Search {
    private static final double RANDOM_PART = 0.35;
    /** Up to this many points are counted out; in a larger space, free points are drawn by chance. */
    private static final long COUNTED_POINTS = 1 << 16;
    private static final int MAX_DRAWS = 10_000;

    private final KernelTemplate template;
    private final KernelSignature signature;
    private final ParameterSpace space;
    private final TuningBudget budget;
    private final Random random;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final Set<List<Integer>> proposed = new HashSet<>();
    /** The points that are left, in random order; null in a space that is too large to count out. */
    private final @Nullable List<List<Integer>> remaining;
    private final List<List<Integer>> neighbours = new ArrayList<>();
    private @Nullable List<Integer> last;
    private @Nullable List<Integer> best;
    private double bestTime = Double.POSITIVE_INFINITY;
    /** Where the climb is; null before it has begun. */
    private @Nullable List<Integer> here;
    private double hereTime = Double.POSITIVE_INFINITY;

    TemplateSearch(KernelTemplate template, KernelSignature signature, TuningBudget budget, long seed,
            LongSupplier nanoTime) {
        this.template = template;
        this.signature = signature;
        this.space = new ParameterSpace(template, signature);
        this.budget = budget;
        this.random = new Random(seed);
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.remaining = space.size() <= COUNTED_POINTS ? admittedPoints() : null;
    }

    private List<List<Integer>> admittedPoints() {
        List<List<Integer>> points = new ArrayList<>();
        for (long i = 0; i < space.size(); i++) {
            List<Integer> point = space.point(i);
            if (space.admits(point)) {
                points.add(point);
            }
        }
        Collections.shuffle(points, random);
        return points;
    }

    @Override
    public Optional<KernelSource> next() {
        List<Integer> point = choose();
        if (point == null) {
            return Optional.empty();
        }
        proposed.add(point);
        last = point;
        return Optional.of(template.expand(space.parameters(point), signature));
    }

    private @Nullable List<Integer> choose() {
        if (proposed.isEmpty() && space.admits(space.defaultPoint())) {
            return space.defaultPoint();
        }
        if (isRandomPhase() || best == null) {
            return freePoint();
        }
        if (here == null) {
            moveTo(best, bestTime);
        }
        while (!neighbours.isEmpty()) {
            List<Integer> neighbour = neighbours.removeLast();
            if (!proposed.contains(neighbour) && space.admits(neighbour)) {
                return neighbour;
            }
        }
        // A peak: climb again from elsewhere. Whatever is found there is above nothing, so learn moves there.
        hereTime = Double.POSITIVE_INFINITY;
        return freePoint();
    }

    private boolean isRandomPhase() {
        return proposed.size() < RANDOM_PART * budget.candidates()
                && nanoTime.getAsLong() - startNanos < RANDOM_PART * budget.time().toNanos();
    }

    private @Nullable List<Integer> freePoint() {
        if (remaining != null) {
            while (!remaining.isEmpty()) {
                List<Integer> point = remaining.removeLast();
                if (!proposed.contains(point)) {
                    return point;
                }
            }
            return null;
        }
        for (int draw = 0; draw < MAX_DRAWS; draw++) {
            List<Integer> point = space.randomPoint(random);
            if (!proposed.contains(point) && space.admits(point)) {
                return point;
            }
        }
        return null;
    }

    @Override
    public void learn(KernelSource candidate, Evaluation evaluation) {
        boolean isRight = evaluation.accepted() || evaluation.reason() == ReasonCode.NOT_FASTER;
        if (last == null || !isRight) {
            return;
        }
        double time = SpeedRule.relativeTime(evaluation);
        if (time < bestTime) {
            best = last;
            bestTime = time;
        }
        if (here != null && time < hereTime) {
            moveTo(last, time);
        }
    }

    private void moveTo(List<Integer> point, double time) {
        here = point;
        hereTime = time;
        neighbours.clear();
        neighbours.addAll(space.neighbours(point));
        Collections.shuffle(neighbours, random);
    }
}
