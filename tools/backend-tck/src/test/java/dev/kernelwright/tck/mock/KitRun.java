package dev.kernelwright.tck.mock;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** One run of the kit on the mock with one fault: which tests ended how. */
final class KitRun implements TestExecutionListener {
    /** These count the kernels of a corpus, of which the mock has two. */
    private static final List<String> OF_WHOLE_CORPORA =
            List.of("everyAttackOfTheCatalogueIsTried", "everyOpHasHonestKernels");

    private final List<String> passed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();

    private KitRun() {}

    /** Runs the tests whose methods the predicate takes. */
    static KitRun of(Fault fault, Predicate<MethodSource> tests) {
        PostDiscoveryFilter filter = descriptor -> FilterResult.includedIf(isIncluded(descriptor, tests));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(MockContract.class), selectClass(MockCorpus.class))
                .filters(filter, TagFilter.excludeTags("stress")).build();
        KitRun run = new KitRun();
        System.setProperty(Fault.PROPERTY, fault.name());
        try {
            LauncherFactory.create().execute(request, run);
        } finally {
            System.clearProperty(Fault.PROPERTY);
        }
        return run;
    }

    private static boolean isIncluded(TestDescriptor descriptor, Predicate<MethodSource> tests) {
        return !(descriptor.getSource().orElse(null) instanceof MethodSource method)
                || (tests.test(method) && !OF_WHOLE_CORPORA.contains(method.getMethodName()));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed.add(test.getDisplayName());
            case ABORTED -> skipped.add(test.getDisplayName());
            case FAILED -> {
                failed.add(test.getDisplayName());
                result.getThrowable().ifPresent(causes::add);
            }
        }
    }

    List<String> passed() {
        return passed;
    }

    List<String> skipped() {
        return skipped;
    }

    List<String> failed() {
        return failed;
    }

    List<Throwable> causes() {
        return causes;
    }
}
