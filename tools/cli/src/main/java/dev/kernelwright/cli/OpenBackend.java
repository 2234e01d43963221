package dev.kernelwright.cli;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device that is open for what a runtime has no call for: judging kernels that nobody has vouched for.
 *
 * @param backend the device
 * @param pool the threads that run its blocks on the host
 */
record OpenBackend(Backend backend, BlockPool pool) implements AutoCloseable {
    private static final String FIRST = ":0";

    /**
     * Opens a device.
     *
     * @param wanted its name, or null for the first one there
     * @throws InputException if it is not there
     */
    static OpenBackend open(@Nullable String wanted, int threads) {
        List<String> known = new ArrayList<>();
        for (FoundBackend found : FoundBackend.all()) {
            if (found.provider().isEmpty() || !(found.probe() instanceof Probe.Available(var devices))) {
                continue;
            }
            for (int index = 0; index < devices.size(); index++) {
                DeviceDescription device = devices.get(index);
                if (wanted == null || canonical(device.name()).equals(canonical(wanted))) {
                    return open(found.provider().get(), index, threads);
                }
                known.add(device.name());
            }
        }
        throw new InputException("the device '" + (wanted == null ? "that comes first" : wanted)
                + "' was asked for, but there are " + known + ": 'kernelwright devices' says why others are not there");
    }

    private static OpenBackend open(BackendProvider provider, int index, int threads) {
        BlockPool pool;
        try {
            pool = new BlockPool(threads);
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
        try {
            return new OpenBackend(provider.open(index, pool), pool);
        } catch (RuntimeException e) {
            pool.close();
            throw InputException.of(e);
        }
    }

    /** {@code cuda:0} is called {@code cuda} too. */
    private static String canonical(String name) {
        return name.endsWith(FIRST) ? name.substring(0, name.length() - FIRST.length()) : name;
    }

    @Override
    public void close() {
        backend.close();
        pool.close();
    }
}
