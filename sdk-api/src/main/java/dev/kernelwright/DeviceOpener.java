package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Rooflines;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Opens the devices that the backends on the class path offer. */
final class DeviceOpener {
    private final EventSink events;
    private final BlockPool pool;
    private final Rooflines rooflines;
    private final Map<String, Long> contexts;
    private final List<String> refusals = new ArrayList<>();

    /**
     * Creates an opener.
     *
     * @param contexts the application's contexts, by the kind of device
     */
    DeviceOpener(EventSink events, BlockPool pool, Rooflines rooflines, Map<String, Long> contexts) {
        this.events = events;
        this.pool = pool;
        this.rooflines = rooflines;
        this.contexts = contexts;
    }

    /** {@code cuda:0} is called {@code cuda}, so that the usual case has the short name. */
    static String canonicalName(String name) {
        return name.endsWith(":0") ? name.substring(0, name.length() - 2) : name;
    }

    /**
     * Opens devices.
     *
     * @param wanted their names, in order of preference; all if empty
     * @throws IllegalStateException if none can be opened
     */
    Map<String, Device> open(List<String> wanted) {
        Map<String, Device> opened = new LinkedHashMap<>();
        Map<String, Candidate> found = probe();
        List<String> names = wanted.isEmpty()
                ? List.copyOf(found.keySet())
                : wanted.stream().map(DeviceOpener::canonicalName).distinct().toList();
        for (String name : names) {
            Candidate candidate = found.get(name);
            if (candidate == null) {
                refuse(name, "it is not among the devices found, " + found.keySet());
                continue;
            }
            try {
                opened.put(name, new Device(open(candidate), rooflines));
            } catch (RuntimeException e) {
                refuse(name, "it could not be opened: " + e.getMessage());
            }
        }
        if (opened.isEmpty()) {
            throw new IllegalStateException("a runtime was asked for with the devices "
                    + (wanted.isEmpty() ? "that are there" : wanted.toString()) + ", but none can be used: "
                    + (refusals.isEmpty()
                            ? "add a backend such as kernelwright-backend-cpu-vector to the class path"
                            : String.join("; ", refusals)));
        }
        return opened;
    }

    private Backend open(Candidate candidate) {
        BackendProvider provider = candidate.provider();
        Long context = contexts.get(provider.name());
        return context == null
                ? provider.open(candidate.index(), pool)
                : provider.open(candidate.index(), pool, context);
    }

    private record Candidate(BackendProvider provider, int index) {}

    private Map<String, Candidate> probe() {
        Map<String, Candidate> found = new LinkedHashMap<>();
        List<BackendProvider> providers = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class).forEach(providers::add);
        // By name, whatever the order of the class path: the processor, which every machine has, before the others.
        providers.sort(Comparator.comparing(BackendProvider::name));
        for (BackendProvider provider : providers) {
            switch (provider.probe()) {
                case Probe.Available(List<DeviceDescription> devices) -> {
                    for (int i = 0; i < devices.size(); i++) {
                        found.put(canonicalName(devices.get(i).name()), new Candidate(provider, i));
                    }
                }
                case Probe.Unavailable(String reason, String cure) -> refusals.add(provider.name() + ": " + reason
                        + " (" + cure + ")");
            }
        }
        return found;
    }

    private void refuse(String name, String reason) {
        refusals.add(name + ": " + reason);
        events.emit(new RuntimeEvent.Fallback(name, "the device was asked for, but " + reason
                + "; the next device in order takes its place"));
    }
}
