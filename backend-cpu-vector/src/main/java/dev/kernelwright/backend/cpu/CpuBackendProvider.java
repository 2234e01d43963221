package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.util.List;

/** Offers the machine's processor as the device {@code cpu}. */
public final class CpuBackendProvider implements BackendProvider {
    static final String NAME = "cpu";
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public CpuBackendProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Probe probe() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            return new Probe.Unavailable("the Vector API's module " + VECTOR_MODULE + " is not in this JVM",
                    "start java with --add-modules " + VECTOR_MODULE);
        }
        return new Probe.Available(List.of(describe()));
    }

    private static DeviceDescription describe() {
        Processor processor = Processor.current();
        return new DeviceDescription(NAME, processor.model(), processor.facts());
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        if (deviceIndex != 0) {
            throw new IllegalArgumentException("the device cpu:" + deviceIndex
                    + " was asked for, but there is one cpu: use 'cpu'");
        }
        if (probe() instanceof Probe.Unavailable(String reason, String cure)) {
            throw new IllegalStateException("the device cpu was asked for, but " + reason + ": " + cure);
        }
        return new CpuBackend(describe(), pool);
    }
}
