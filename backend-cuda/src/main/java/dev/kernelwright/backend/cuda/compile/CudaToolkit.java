package dev.kernelwright.backend.cuda.compile;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the CUDA toolkits of this machine lie. */
final class CudaToolkit {
    static final boolean WINDOWS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final Path LOCAL = Path.of("/usr/local");
    private static final List<String> LIBRARY_FOLDERS = List.of("lib64", "lib", "targets/x86_64-linux/lib",
            "targets/sbsa-linux/lib", "bin", "bin/x64");

    private final List<Path> homes;
    private final List<Path> searchPath;

    /** Looks where the environment says, and then where installers put toolkits, the newest first. */
    CudaToolkit(Map<String, String> environment) {
        this(environment, LOCAL);
    }

    CudaToolkit(Map<String, String> environment, Path local) {
        homes = new ArrayList<>();
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            addFolder(homes, environment.getOrDefault(variable, ""));
        }
        searchPath = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            addFolder(searchPath, folder);
        }
        for (Path folder : searchPath) {
            Path parent = folder.getParent();
            if (parent != null && folder.endsWith("bin") && Files.isRegularFile(folder.resolve(nvccName()))) {
                homes.add(parent);
            }
        }
        addFolder(homes, local.resolve("cuda").toString());
        try (Stream<Path> folders = Files.list(local)) {
            folders.filter(folder -> folder.getFileName().toString().startsWith("cuda-") && Files.isDirectory(folder))
                    .sorted(Comparator.comparingInt(CudaToolkit::version).reversed()).forEach(homes::add);
        } catch (IOException e) {
            // Not there, or not to be read: then there is none.
        }
    }

    private static void addFolder(List<Path> folders, String name) {
        try {
            Path folder = Path.of(name);
            if (folder.isAbsolute() && Files.isDirectory(folder)) {
                folders.add(folder);
            }
        } catch (InvalidPathException e) {
            // An environment may hold anything.
        }
    }

    /** Returns the version in the name of a folder such as cuda-12.8, as a number that can be compared. */
    private static int version(Path folder) {
        String[] parts = folder.getFileName().toString().substring("cuda-".length()).split("\\.", -1);
        try {
            return Integer.parseInt(parts[0]) * 1000 + (parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String nvccName() {
        return WINDOWS ? "nvcc.exe" : "nvcc";
    }

    /** Returns the compiler driver, nvcc. */
    Optional<Path> nvcc() {
        Stream<Path> inHomes = homes.stream().map(home -> home.resolve("bin").resolve(nvccName()));
        Stream<Path> inPath = searchPath.stream().map(folder -> folder.resolve(nvccName()));
        return Stream.concat(inHomes, inPath).filter(Files::isExecutable).filter(Files::isRegularFile).findFirst();
    }

    /** Returns the folders that may hold libraries. */
    List<Path> libraryFolders() {
        return homes.stream().flatMap(home -> LIBRARY_FOLDERS.stream().map(home::resolve)).filter(Files::isDirectory)
                .toList();
    }

    /** Returns the folders of the device headers of one toolkit, empty if there is none. */
    List<Path> includeFolders() {
        return homes.stream().map(home -> home.resolve("include"))
                .filter(folder -> Files.isRegularFile(folder.resolve("cuda_fp16.h"))).findFirst().stream()
                .flatMap(folder -> Stream.of(folder, folder.resolve("cccl")).filter(Files::isDirectory)).toList();
    }
}
