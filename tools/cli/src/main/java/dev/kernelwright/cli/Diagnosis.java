package dev.kernelwright.cli;

import dev.kernelwright.cache.CacheLocation;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TunerProvider;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import javax.tools.ToolProvider;

/** Looks at everything that Kernelwright needs on a machine. */
final class Diagnosis {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";
    /** Some thousand records. */
    private static final long ENOUGH_DISK_BYTES = 256L << 20;

    private final CacheOptions cache;
    private final DeviceOptions device;
    private final List<Finding> findings = new ArrayList<>();

    Diagnosis(CacheOptions cache, DeviceOptions device) {
        this.cache = cache;
        this.device = device;
    }

    /** Returns what was found, in the order of what depends on what. */
    List<Finding> findings() {
        java();
        Container.findings().forEach(findings::add);
        boolean anyDevice = devices();
        cache();
        boolean tuner = tuner();
        if (tuner) {
            isolation();
            instruments();
        }
        if (anyDevice && tuner) {
            findings.add(TrialCheck.run(device));
        }
        return List.copyOf(findings);
    }

    private void java() {
        findings.add(Finding.ok("java", Runtime.version() + ", " + System.getProperty("java.vendor") + ", "
                + System.getProperty("java.home")));
        // "mixed mode, sharing"; with only C1, "mixed mode, emulated-client, sharing"
        String mode = System.getProperty("java.vm.info", "");
        findings.add(mode.startsWith("mixed mode") && !mode.contains("client")
                ? Finding.ok("just-in-time compiler", mode)
                : Finding.warn("just-in-time compiler", mode,
                        "start java without -Xint and -XX:TieredStopAtLevel, under"
                                + " which vector code is up to a thousand times slower"));
        findings.add(ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
                ? Finding.ok("vector module", VECTOR_MODULE)
                : Finding.fail("vector module", VECTOR_MODULE + " is not in this JVM", "start java with --add-modules "
                        + VECTOR_MODULE));
        findings.add(ToolProvider.getSystemJavaCompiler() != null
                ? Finding.ok("java compiler", "module jdk.compiler")
                : Finding.warn("java compiler",
                        "there is none, so stored kernels run but none can be tuned for the cpu",
                        "run on a JDK, or add the module jdk.compiler to the image"));
    }

    private boolean devices() {
        List<FoundBackend> backends = FoundBackend.all();
        boolean any = false;
        for (FoundBackend backend : backends) {
            switch (backend.probe()) {
                case Probe.Available(List<DeviceDescription> devices) -> {
                    any = true;
                    devices.forEach(found -> findings.add(Finding.ok("device " + found.name(), found.model())));
                }
                case Probe.Unavailable(String reason, String cure) ->
                    findings.add(Finding.warn("device " + backend.name(), reason, cure));
            }
        }
        if (!any) {
            findings.add(Finding.fail("devices", "none of " + backends.size() + " backends has a device",
                    backends.isEmpty()
                            ? "add one such as kernelwright-backend-cpu-vector to the class path"
                            : "see to one of those above"));
        }
        return any;
    }

    private void cache() {
        CacheLocation location;
        Optional<LayeredStore> opened;
        try {
            location = cache.location();
            opened = cache.openLayeredIfThere();
        } catch (InputException e) {
            findings.add(
                    Finding.fail("cache", String.valueOf(e.getMessage()), "do that, or name another with --cache"));
            return;
        }
        Path folder = location.folder();
        if (opened.isEmpty()) {
            findings.add(
                    Finding.ok("cache", folder + " (" + location.reason() + "), which is created when it is needed"));
            return;
        }
        try (LayeredStore store = opened.get()) {
            int count = store.keys().size();
            findings.add(Finding.ok("cache", folder + " (" + location.reason() + "), " + count
                    + (count == 1 ? " record" : " records") + permissions(folder)));
            store.lowerLocations().forEach(layer -> findings.add(Finding.ok("cache layer", layer)));
            // So that each layer, and the shared store, has been asked once.
            store.find(new KernelKey(Map.of("doctor", "asks")), new Target(List.of()));
            store.problems().forEach(problem -> findings.add(Finding.warn("cache", problem, "")));
        }
        disk(folder);
    }

    private static String permissions(Path folder) {
        try {
            return ", " + PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
        } catch (IOException | UnsupportedOperationException e) {
            // Not every system has them; whether they are right, the store says itself.
            return "";
        }
    }

    private void disk(Path folder) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            findings.add(free >= ENOUGH_DISK_BYTES
                    ? Finding.ok("disk", Figures.bytes(free) + " free")
                    : Finding.warn("disk", Figures.bytes(free) + " free", "make room, or new kernels cannot be kept"));
        } catch (IOException e) {
            findings.add(Finding.warn("disk", "the free space of " + folder + " cannot be read: " + e,
                    "see to the file system"));
        }
    }

    private void isolation() {
        Sandbox.Available available = Sandbox.available();
        findings.add(switch (available.level()) {
            case NAMESPACES -> Finding.ok("isolation", available.level() + ": a trial worker sees no other process, no"
                    + " network and no files but its own");
            case LIMITS,
                    NONE ->
                Finding.warn("isolation", available.level() + ", so an unproven kernel runs in a process"
                        + " with this user's rights: " + available.whyNotMore(),
                        "install bubblewrap and allow user namespaces");
        });
    }

    /** None is needed, and so none that is missing is anything to warn of. */
    private void instruments() {
        List<String> names = FoundBackend.all().stream().flatMap(backend -> backend.provider().stream())
                .flatMap(provider -> provider.instruments(0).stream()).map(Instrument::name).toList();
        findings.add(Finding.ok("instruments", names.isEmpty()
                ? "none: install oclgrind or NVIDIA's compute-sanitizer for 'tune --instrument'"
                : String.join(", ", names) + ", for 'tune --instrument'"));
    }

    private boolean tuner() {
        Optional<String> tuner = ServiceLoader.load(TunerProvider.class).stream()
                .map(provider -> provider.type().getName()).findFirst();
        findings.add(tuner.isPresent()
                ? Finding.ok("tuner", tuner.get())
                : Finding.warn("tuner", "there is none, so what is not in the cache is answered by the baseline",
                        "add kernelwright-tuning-engine to the class path, if that is not meant"));
        return tuner.isPresent();
    }
}
