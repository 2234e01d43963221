package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the paths here begin with a slash")
class CacheLocationTest {
    private static final String HOME = "/home/ada";

    @Test
    void theVariableComesFirst() throws IOException {
        assertThat(CacheLocation.of(Map.of("KERNELWRIGHT_CACHE", "/data/./kernels", "XDG_CACHE_HOME", "/xdg"), "Linux",
                HOME)).isEqualTo(new CacheLocation(Path.of("/data/kernels"), "KERNELWRIGHT_CACHE"));
    }

    @Test
    void aRelativeVariableIsTakenFromTheWorkingFolder() throws IOException {
        assertThat(CacheLocation.of(Map.of("KERNELWRIGHT_CACHE", "kernels"), "Linux", HOME).folder())
                .isEqualTo(Path.of("kernels").toAbsolutePath());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void aVariableThatIsSetToNothingCountsAsNotSet(String nothing) throws IOException {
        assertThat(CacheLocation.of(Map.of("KERNELWRIGHT_CACHE", nothing, "XDG_CACHE_HOME", nothing, "HOME", nothing),
                "Linux", HOME))
                .isEqualTo(new CacheLocation(Path.of("/home/ada/.cache/kernelwright"), "the home folder"));
    }

    @Test
    void linuxUsesTheXdgCacheFolderIfItIsAbsolute() throws IOException {
        assertThat(CacheLocation.of(Map.of("XDG_CACHE_HOME", "/xdg"), "Linux", HOME))
                .isEqualTo(new CacheLocation(Path.of("/xdg/kernelwright"), "XDG_CACHE_HOME"));
        assertThat(CacheLocation.of(Map.of("XDG_CACHE_HOME", "xdg"), "Linux", HOME).folder())
                .isEqualTo(Path.of("/home/ada/.cache/kernelwright"));
    }

    @Test
    void theHomeOfTheEnvironmentComesBeforeThatOfTheAccount() throws IOException {
        assertThat(CacheLocation.of(Map.of("HOME", "/srv/app"), "Linux", HOME).folder())
                .isEqualTo(Path.of("/srv/app/.cache/kernelwright"));
    }

    @Test
    void macOsUsesTheCachesOfTheLibrary() throws IOException {
        assertThat(CacheLocation.of(Map.of("XDG_CACHE_HOME", "/xdg"), "Mac OS X", HOME).folder())
                .isEqualTo(Path.of("/home/ada/Library/Caches/kernelwright"));
    }

    @Test
    void windowsUsesTheLocalApplicationData() throws IOException {
        assertThat(CacheLocation.of(Map.of("LOCALAPPDATA", "/local"), "Windows 11", HOME))
                .isEqualTo(new CacheLocation(Path.of("/local/kernelwright"), "LOCALAPPDATA"));
        assertThat(CacheLocation.of(Map.of(), "Windows 11", HOME).folder())
                .isEqualTo(Path.of("/home/ada/AppData/Local/kernelwright"));
    }

    /** What containers give to a user without an account. */
    @ParameterizedTest
    @ValueSource(strings = {"?", "/", ""})
    void aUserWithoutAHomeIsToldToSetTheVariable(String home) {
        assertThatIOException().isThrownBy(() -> CacheLocation.of(Map.of("HOME", home), "Linux", home))
                .withMessage("a folder for the kernel cache was looked for, but this user has no home folder:"
                        + " set KERNELWRIGHT_CACHE to a folder");
    }

    @Test
    void aVariableThatIsNoPathIsRefused() {
        assertThatIOException()
                .isThrownBy(() -> CacheLocation.of(Map.of("KERNELWRIGHT_CACHE", "a\0b"), "Linux", HOME))
                .withMessageContaining("which is no path");
    }

    @Test
    void thisProcessHasALocation() throws IOException {
        assertThat(CacheLocation.ofProcess().folder()).isAbsolute();
    }
}
