package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the kernel cache of a process is when the application names no place.
 *
 * <p>{@link #VARIABLE} if it is set; else {@code kernelwright} in the folder that the platform has for caches:
 * {@code $XDG_CACHE_HOME} or {@code ~/.cache} on Linux and other Unix, {@code ~/Library/Caches} on macOS,
 * {@code %LOCALAPPDATA%} on Windows. A variable that is set to nothing counts as not set.
 *
 * @param folder the folder, absolute; it need not exist
 * @param reason what decided it, for people, for example {@code KERNELWRIGHT_CACHE}
 */
public record CacheLocation(Path folder, String reason) {
    /** The environment variable that names the folder. */
    public static final String VARIABLE = "KERNELWRIGHT_CACHE";

    private static final String FOLDER_NAME = "kernelwright";

    /**
     * Returns the location for this process.
     *
     * @throws IOException if there is none; the message is one sentence with the cure
     */
    public static CacheLocation ofProcess() throws IOException {
        return of(System.getenv(), System.getProperty("os.name", ""), System.getProperty("user.home"));
    }

    /**
     * Returns the location for an environment.
     *
     * @param environment the environment variables
     * @param osName the system, as in the system property {@code os.name}
     * @param userHome the home folder, as in the system property {@code user.home}; used if the environment has none
     * @throws IOException if there is none; the message is one sentence with the cure
     */
    public static CacheLocation of(Map<String, String> environment, String osName, @Nullable String userHome)
            throws IOException {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return new CacheLocation(named(named), VARIABLE);
        }
        String os = osName.toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            Path local = absolute(environment.get("LOCALAPPDATA"));
            return local != null
                    ? below(local, "LOCALAPPDATA")
                    : below(home(environment.get("USERPROFILE"), userHome).resolve("AppData").resolve("Local"),
                            "the home folder");
        }
        if (os.startsWith("mac")) {
            return below(home(environment.get("HOME"), userHome).resolve("Library").resolve("Caches"),
                    "the home folder");
        }
        // The XDG base directory specification has relative values ignored.
        Path xdg = absolute(environment.get("XDG_CACHE_HOME"));
        return xdg != null
                ? below(xdg, "XDG_CACHE_HOME")
                : below(home(environment.get("HOME"), userHome).resolve(".cache"), "the home folder");
    }

    private static CacheLocation below(Path cacheFolder, String reason) {
        return new CacheLocation(cacheFolder.resolve(FOLDER_NAME), reason);
    }

    /** Returns the home folder. A process whose user has none, as in many containers, has {@code ?} or {@code /}. */
    private static Path home(@Nullable String fromEnvironment, @Nullable String userHome) throws IOException {
        Path home = absolute(fromEnvironment);
        if (home == null || home.getNameCount() == 0) {
            home = absolute(userHome);
        }
        if (home == null || home.getNameCount() == 0) {
            throw new IOException("a folder for the kernel cache was looked for, but this user has no home folder: set "
                    + VARIABLE + " to a folder");
        }
        return home;
    }

    private static @Nullable Path absolute(@Nullable String text) {
        try {
            return text == null || !Path.of(text).isAbsolute() ? null : Path.of(text).normalize();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static Path named(String text) throws IOException {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IOException(VARIABLE + " is '" + text + "', which is no path (" + e.getReason()
                    + "): set it to a folder", e);
        }
    }
}
