package dev.kernelwright.tck.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.kernelwright.tck.Proves;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

/**
 * The kit on a mock that breaks one rule at a time: a test that proves the rule has to fail.
 *
 * <p>Only the tests of that rule are run; all of them pass on the mock that is whole.
 */
class KitMutationTest {
    /** How a dynamic test begins that proves fewer rules than its factory. */
    private static final Pattern RULES = Pattern.compile("(M\\d+ )+");
    /** These count the kernels of a corpus, of which the mock has two. */
    private static final List<String> OF_WHOLE_CORPORA =
            List.of("everyAttackOfTheCatalogueIsTried", "everyOpHasHonestKernels");

    /** Hears which tests ended how. */
    private static final class Listener implements TestExecutionListener {
        private final List<String> passed = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();
        private final List<Throwable> causes = new ArrayList<>();

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
    }

    @AfterEach
    void mend() {
        System.clearProperty(Fault.PROPERTY);
    }

    private static Listener run(Fault fault, Predicate<MethodSource> tests) {
        System.setProperty(Fault.PROPERTY, fault.name());
        PostDiscoveryFilter filter = descriptor -> FilterResult.includedIf(isIncluded(descriptor, tests));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(MockContract.class), selectClass(MockCorpus.class))
                .filters(filter, TagFilter.excludeTags("stress")).build();
        Listener listener = new Listener();
        LauncherFactory.create().execute(request, listener);
        return listener;
    }

    private static boolean isIncluded(TestDescriptor descriptor, Predicate<MethodSource> tests) {
        return !(descriptor.getSource().orElse(null) instanceof MethodSource method)
                || (tests.test(method) && !OF_WHOLE_CORPORA.contains(method.getMethodName()));
    }

    private static boolean proves(MethodSource method, String rule) {
        Proves proves = method.getJavaMethod().getAnnotation(Proves.class);
        return proves != null && Arrays.asList(proves.value()).contains(rule);
    }

    /** It keeps no SHOULD: those are skipped. */
    @Test
    void theMockThatIsWholeKeepsEveryRuleAndLeavesOutTheAdvice() {
        Listener listener = run(Fault.NONE, method -> true);
        assertThat(listener.failed).as("%s", listener.causes).isEmpty();
        assertThat(listener.skipped).hasSize(3);
        assertThat(listener.passed).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBrokenRuleFailsATestThatProvesIt(Fault fault) {
        Listener listener = run(fault, method -> proves(method, fault.rule()));
        Stream<String> caught = listener.failed.stream()
                .filter(name -> !RULES.matcher(name).lookingAt() || name.contains(fault.rule() + " "));
        assertThat(caught).as("the tests of %s that failed; these passed: %s", fault.rule(), listener.passed)
                .isNotEmpty();
    }
}
