package dev.kernelwright.tuning.verify;

import dev.kernelwright.spi.DeviceStream;

/** The stream of what runs on the host before its launch returns. */
enum NoStream implements DeviceStream {
    INSTANCE;

    @Override
    public void synchronize() {
        // Everything has ended.
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
