package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.Probe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Offers a {@link FakeBackend}; the tests' way to reach the one that a runtime has opened. */
public final class FakeBackendProvider implements BackendProvider {
    static final AtomicReference<FakeBackend> OPENED = new AtomicReference<>();
    static final AtomicReference<Map<String, Consumer<LaunchArguments>>> BEHAVIOURS = new AtomicReference<>(Map.of());

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Probe probe() {
        return new Probe.Available(List.of(new DeviceDescription("fake", "a device made of closures", Map.of())));
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        FakeBackend backend = new FakeBackend(BEHAVIOURS.get());
        OPENED.set(backend);
        return backend;
    }
}
