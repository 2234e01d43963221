package dev.kernelwright.tck.mock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tck.Proves;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.support.descriptor.MethodSource;

/**
 * The kit on a mock that breaks one rule at a time: a test that proves the rule has to fail.
 *
 * <p>Only the tests of that rule are run; all of them pass on the mock that is whole, as {@link WholeMockTest} says.
 */
class KitMutationTest {
    /** How a dynamic test begins that proves fewer rules than its factory. */
    private static final Pattern RULES = Pattern.compile("(M\\d+ )+");

    private static boolean proves(MethodSource method, String rule) {
        Proves proves = method.getJavaMethod().getAnnotation(Proves.class);
        return proves != null && Arrays.asList(proves.value()).contains(rule);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBrokenRuleFailsATestThatProvesIt(Fault fault) {
        KitRun run = KitRun.of(fault, method -> proves(method, fault.rule()));
        Stream<String> caught = run.failed().stream()
                .filter(name -> !RULES.matcher(name).lookingAt() || name.contains(fault.rule() + " "));
        assertThat(caught).as("the tests of %s that failed; these passed: %s", fault.rule(), run.passed())
                .isNotEmpty();
    }
}
