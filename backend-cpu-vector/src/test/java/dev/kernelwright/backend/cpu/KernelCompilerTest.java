package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelCompilerTest {
    @Test
    void anErrorHasItsLineAndAMarkUnderItsColumn() {
        String source = KernelSources.running("int a = block +\n undeclared * 2;");
        int line = 1 + (int) source.substring(0, source.indexOf("undeclared")).chars().filter(c -> c == '\n').count();
        KernelRejectedException rejection = rejection(source);
        List<String> log = rejection.getMessage().lines().toList();
        assertThat(log.getFirst()).contains("Sample.java:" + line + ": error: cannot find symbol");
        assertThat(log.get(2).indexOf('^')).isEqualTo(log.get(1).indexOf("undeclared")).isNotNegative();
    }

    @Test
    void everyErrorIsReported() {
        assertThat(rejection(KernelSources.running("first = 1; second = 2;")))
                .hasMessageContainingAll("variable first", "variable second", "2 errors");
    }

    @Test
    void aKernelCannotSeeThisLibraryOrOtherModules() {
        assertThat(rejection(KernelSources.running("dev.kernelwright.spi.Backend b = null;")))
                .hasMessageContaining("package dev.kernelwright.spi does not exist");
        assertThat(rejection(KernelSources.running("java.sql.Connection c = null;")))
                .hasMessageContaining("package java.sql is not visible");
    }

    @Test
    void aSourceInAnotherPackageIsRefused() {
        assertThat(rejection("package other; final class Sample { }"))
                .hasMessageContaining("begin it with 'package " + KernelCompiler.PACKAGE + ";'");
    }

    @Test
    void aSourceWithoutAClassIsRefused() {
        assertThat(rejection("package " + KernelCompiler.PACKAGE + ";"))
                .hasMessageContaining("declare one final class");
    }

    @Test
    void aSourceWithANestedClassIsRefused() {
        assertThat(rejection(KernelSources.running("", "static final class Nested { }")))
                .hasMessageContaining("compiles to 2 classes");
    }

    @Test
    void aSourceOfNothingIsRefused() {
        assertThatThrownBy(() -> KernelCompiler.compile("")).isInstanceOf(KernelRejectedException.class);
    }

    private static KernelRejectedException rejection(String source) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> KernelCompiler.compile(source));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        return rejection;
    }

    @Test
    void aStringIsRefusedBeforeTheCompilerSeesIt() {
        for (String text : List.of("\"a\"", "'a'", "\"\"\"\n a\"\"\"", "/* \\u002a/ */ 0")) {
            assertThatThrownBy(() -> KernelCompiler.compile(KernelSources.running("Object o = " + text + ";")))
                    .isInstanceOfSatisfying(KernelRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER));
        }
    }

    @Test
    void aCommentMaySayAnything() throws Exception {
        KernelCompiler.compile("// It's the \"class of\" ((((\n/* class Other's { */\n"
                + KernelSources.running("n++; /* ' \" */"));
    }

    @Test
    void whatIsTooDeepForTheCompilerIsRefusedInASentence() {
        assertThatThrownBy(() -> KernelCompiler.compile(
                KernelSources.running("n = " + "(".repeat(101) + "1" + ")".repeat(101) + ";")))
                .hasMessageContaining("nests more than 100 brackets");
        assertThatThrownBy(() -> KernelCompiler.compile(KernelSources.running("n = " + "(int) ".repeat(40_000) + "n;")))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("divide the expression into several");
    }
}
