package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines with no compiler, a broken one, and another one than before. */
class NativeCProviderTest {
    @TempDir
    Path folder;

    /** Puts a command called cc into a folder of its own, and returns a search path that begins with it. */
    private String compiler(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("cc"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return folder + ":" + System.getenv("PATH");
    }

    @Test
    void withoutACompilerTheReasonAndTheCureAreGiven() {
        NativeCProvider provider = new NativeCProvider(folder.toString());
        assertThat(provider.probe()).isInstanceOfSatisfying(Probe.Unavailable.class, unavailable -> {
            assertThat(unavailable.reason()).contains("no C compiler was found").contains("cc");
            assertThat(unavailable.cure()).contains("install gcc or clang");
        });
        try (BlockPool pool = new BlockPool(1)) {
            assertThatThrownBy(() -> provider.open(0, pool).close()).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("install gcc or clang");
        }
    }

    @Test
    void aCompilerThatFailsIsNone() throws IOException {
        NativeCProvider provider = new NativeCProvider(compiler("echo no licence; exit 3"));
        assertThat(provider.probe()).isInstanceOfSatisfying(Probe.Unavailable.class,
                unavailable -> assertThat(unavailable.reason()).contains("no licence"));
    }

    @Test
    void theTargetMovesWithTheCompiler() throws IOException {
        assumeTrue(new NativeCProvider().probe() instanceof Probe.Available, "there is no C compiler");
        Target before = target(System.getenv("PATH"));
        Target after = target(compiler("PATH=" + System.getenv("PATH") + "; case $1 in --version) echo cc 99.1;;"
                + " *) exec cc \"$@\";; esac"));
        assertThat(after.value("compiler")).contains("cc 99.1");
        assertThat(after.value("features")).isEqualTo(before.value("features"));
        assertThat(after.fields(Target.Match.EXACT)).isNotEqualTo(before.fields(Target.Match.EXACT));
    }

    private static Target target(String searchPath) {
        try (BlockPool pool = new BlockPool(1); Backend backend = new NativeCProvider(searchPath).open(0, pool)) {
            return backend.target();
        }
    }
}
