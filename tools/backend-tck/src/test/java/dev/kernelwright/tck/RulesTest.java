package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tck.mock.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules for authors of backends, the tests that prove them, and the mocks that break them, belong together. */
class RulesTest {
    private static final Path PAGE = Path.of("../../docs/backend-authors.md");

    private static Set<String> rules(String kind, String verb) throws IOException {
        Pattern rule =
                Pattern.compile("^\\*\\*(" + kind + "\\d+)\\.\\*\\* (?=[^*]*?\\b" + verb + "\\b)", Pattern.MULTILINE);
        List<String> found = rule.matcher(Files.readString(PAGE)).results().map((MatchResult match) -> match.group(1))
                .toList();
        assertThat(found).doesNotHaveDuplicates();
        return new TreeSet<>(found);
    }

    private static Set<String> cited(String kind) {
        return Stream.of(BackendContract.class, KernelCorpusContract.class)
                .flatMap(type -> Stream.concat(Arrays.stream(type.getMethods()),
                        Arrays.stream(type.getDeclaredMethods())))
                .filter(method -> method.isAnnotationPresent(Proves.class))
                .flatMap(method -> Arrays.stream(method.getAnnotation(Proves.class).value()))
                .filter(rule -> rule.startsWith(kind)).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyMustIsProvedByATestAndBrokenByAMock() throws IOException {
        Set<String> musts = rules("M", "MUST");
        assertThat(musts).isNotEmpty().isEqualTo(cited("M"));
        Set<String> broken = new TreeSet<>(Arrays.stream(Fault.values()).map(Fault::rule).toList());
        broken.remove(Fault.NONE.rule());
        assertThat(broken).isEqualTo(musts);
    }

    @Test
    void everyShouldIsProvedByATest() throws IOException {
        assertThat(rules("S", "SHOULD")).isNotEmpty().isEqualTo(cited("S"));
    }
}
