package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CudaDeviceTest {
    @Test
    void anAuthorOfKernelsIsToldWhatBlocksShare() {
        CudaDevice device = new CudaDevice(0, "NVIDIA H200", 90, "sm_90a", 132,
                new CudaDevice.Multiprocessor(65_536, 2048, 233_472), 1024, 232_448, 150L << 30, 50L << 20, 13_000);
        assertThat(device.description(1).facts()).containsEntry("multiprocessors", "132")
                .containsEntry("registers of a multiprocessor", "65536 of 32 bits")
                .containsEntry("threads of a multiprocessor", "2048, at most 1024 in a block")
                .containsEntry("shared memory of a multiprocessor", "228 KiB, at most 227 KiB in a block")
                .containsEntry("l2 cache", "50 MiB");
    }
}
