package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.DeviceStream;

/** The stream of a device on which every launch has ended when it returns. */
enum CpuStream implements DeviceStream {
    INSTANCE;

    @Override
    public void synchronize() {
        // Nothing is ever pending.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
