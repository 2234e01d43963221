package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.cli.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
    @TempDir
    private Path controlGroup;

    private List<Finding> findings(int processors) {
        return Container.findings(controlGroup, processors, 1L << 30);
    }

    @Test
    void withoutControlGroupsSaysWhatTheJvmHas() {
        assertThat(findings(4)).extracting(Finding::level).containsOnly(Level.OK);
        assertThat(findings(4)).extracting(Finding::found).containsExactly("4 processors",
                "the Java heap may take 1.00 GiB");
    }

    @Test
    void aShareThatIsNotWholeIsWarnedOf() throws IOException {
        Files.writeString(controlGroup.resolve("cpu.max"), "150000 100000\n");
        Finding threads = findings(2).getFirst();
        assertThat(threads.level()).isEqualTo(Level.WARN);
        assertThat(threads.found()).isEqualTo("2 processors, the container's share is 1.50");
        assertThat(threads.cure()).contains("whole processors");
    }

    @Test
    void aShareOfAllProcessorsIsInOrder() throws IOException {
        Files.writeString(controlGroup.resolve("cpu.max"), "200000 100000\n");
        assertThat(findings(2).getFirst().level()).isEqualTo(Level.OK);
    }

    @Test
    void aLimitOfMemoryIsShown() throws IOException {
        Files.writeString(controlGroup.resolve("cpu.max"), "max 100000\n");
        Files.writeString(controlGroup.resolve("memory.max"), "2147483648\n");
        assertThat(findings(1)).extracting(Finding::found).containsExactly("1 processor",
                "the Java heap may take 1.00 GiB, the container's limit is 2.00 GiB");
    }

    @Test
    void whatCannotBeReadIsLeftOut() throws IOException {
        Files.writeString(controlGroup.resolve("cpu.max"), "some nonsense");
        Files.writeString(controlGroup.resolve("memory.max"), "max\n");
        assertThat(findings(1)).extracting(Finding::level).containsOnly(Level.OK);
    }
}
