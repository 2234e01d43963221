package dev.kernelwright;

import static org.assertj.core.api.Assertions.assertThat;

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

    /** Requires that the backend which was opened last, if any, was closed once, and all its kernels. */
    static void requireClosed() {
        FakeBackend backend = OPENED.getAndSet(null);
        if (backend != null) {
            assertThat(backend.openKernels).as("kernels not closed by the runtime").hasValue(0);
            assertThat(backend.closes).as("closes of the backend").hasValue(1);
        }
    }

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
