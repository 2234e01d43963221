package dev.kernelwright.tuning.fake;

import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tuning.KernelEvaluator;
import java.time.Duration;
import java.util.Optional;

/** A program that evaluates one kernel and prints from where it ran and what the verdict was. */
public final class EvaluatesOnce {
    private EvaluatesOnce() {}

    /** Evaluates the behaviour of the given name. */
    @SuppressWarnings("SystemOut") // its output is what the test reads
    public static void main(String[] arguments) throws Exception {
        try (BlockPool pool = new BlockPool(1);
                KernelEvaluator evaluator = new KernelEvaluator(TestOps.fixed(),
                        new FakeBackendProvider().open(FakeBackendProvider.ORDINARY, pool), 1,
                        new Rooflines(Optional.empty()))) {
            System.out.println(KernelEvaluator.class.getModule() + ": " + evaluator
                    .evaluate(FakeBackend.source(Behaviour.valueOf(arguments[0])), Duration.ofSeconds(30)).reason());
        }
    }
}
