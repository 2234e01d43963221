package dev.kernelwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command in a JVM of its own, where its environment and its standard streams are those of a real one. */
final class SecondJvm {
    static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private SecondJvm() {}

    /** Returns what {@link #JAVA} needs to be told, with further flags and the command's arguments. */
    static List<String> arguments(List<String> flags, String... arguments) {
        return arguments(Main.class, flags, arguments);
    }

    /** Returns the same for another program than the command. */
    static List<String> arguments(Class<?> main, List<String> flags, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        all.addAll(flags);
        all.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        all.addAll(List.of(arguments));
        return all;
    }
}
