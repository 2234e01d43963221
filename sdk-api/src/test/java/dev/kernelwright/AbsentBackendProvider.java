package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Probe;

/** A backend that finds no device. */
public final class AbsentBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "absent";
    }

    @Override
    public Probe probe() {
        return new Probe.Unavailable("its driver was not found", "install the driver");
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        throw new IllegalStateException("never opened");
    }
}
