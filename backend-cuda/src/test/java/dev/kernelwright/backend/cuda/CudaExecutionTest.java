package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.FakeDriver;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events, graphs, and what the application owns, seen from a driver that notes how it is called. */
class CudaExecutionTest {
    @TempDir
    static Path folder;

    private static FakeDriver fake;
    private static CudaDriver driver;
    private CudaBackend backend;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        fake = FakeDriver.compile(folder, 13000, 0);
        driver = fake.driver();
    }

    @BeforeEach
    void open() {
        CudaDevice device = CudaPlanTest.device(90, "sm_90a");
        backend = new CudaBackend(driver, device, device.description(0));
    }

    @AfterEach
    void close() {
        fake.answer(0);
        backend.close();
    }

    @Test
    void anEventTakesTheTimeOnceItHasHappened() {
        try (DeviceStream stream = backend.newStream();
                var start = backend.newEvent();
                var end = backend.newEvent()) {
            assertThatThrownBy(() -> end.nanosSince(start)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not recorded");
            start.record(stream);
            end.record(stream);
            assertThat(fake.lastCall()).isEqualTo("cuEventRecord 7000000000e0 7000000000a0");
            assertThat(end.nanosSince(start)).isEqualTo(1_500_000);
        }
    }

    @Test
    void aStreamOfTheApplicationsIsNotDestroyed() {
        DeviceStream stream = backend.wrapStream(0);
        stream.synchronize();
        assertThat(fake.lastCall()).isEqualTo("cuStreamSynchronize 0");
        stream.close();
        assertThat(fake.lastCall()).isEqualTo("cuStreamSynchronize 0");
        DeviceStream wrapped = backend.wrapStream(0x123);
        assertThatThrownBy(() -> backend.record(wrapped, () -> {})).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("newStream()");
        wrapped.close();
    }

    @Test
    void memoryOfTheApplicationsIsTakenAtItsAddress() {
        Tensor tensor = Tensor.over(backend.wrapMemory(0x7f00_1234_0000L, 4096), 0, DType.F32, 1024);
        assertThat(DeviceHeap.address(tensor.slice(4, 4))).isEqualTo(0x7f00_1234_0010L);
        assertThat(tensor.space()).isSameAs(backend.memorySpace());
        assertThatThrownBy(() -> backend.wrapMemory(0, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pinnedMemoryIsZeroedHostMemoryAndFreedWithItsArena() {
        try (Arena arena = Arena.ofShared()) {
            Tensor pinned = backend.allocatePinned(arena, DType.F32, 16);
            assertThat(pinned.space()).isSameAs(MemorySpace.HOST);
            assertThat(pinned.toFloatArray()).containsOnly(0f);
        }
        assertThat(fake.lastCall()).isEqualTo("cuDevicePrimaryCtxRelease_v2 12");
    }

    @Test
    void aGraphIsCapturedAndLaunched() {
        try (DeviceStream stream = backend.newStream();
                var graph = backend.record(stream, () -> {
                    stream.returnWorkspace(stream.borrowWorkspace(1000));
                })) {
            graph.launch(stream);
            assertThat(fake.lastCall()).isEqualTo("cuGraphLaunch 700000000070 7000000000a0");
        }
    }

    @Test
    void whatFailsInARecordingIsToldAndTheStreamGoesOn() {
        try (DeviceStream stream = backend.newStream()) {
            assertThatThrownBy(() -> backend.record(stream, () -> {
                throw new UnsupportedOperationException("mine");
            })).isInstanceOf(UnsupportedOperationException.class).hasMessage("mine");
            assertThatThrownBy(() -> backend.record(stream, () -> {
                fake.answer(CudaConstants.CUDA_ERROR_INVALID_VALUE);
                stream.synchronize();
            })).isInstanceOf(IllegalStateException.class).hasMessageContaining("wait for nothing");
            fake.answer(0);
            stream.returnWorkspace(stream.borrowWorkspace(100));
            stream.synchronize();
        }
    }

    @Test
    void everyCapabilityIsThere() {
        assertThat(backend.capabilities()).containsExactlyInAnyOrder(Capability.values());
    }

    @Test
    void whatTheDriverDoesNotAllocateIsNotHeld() {
        fake.answer(CudaConstants.CUDA_ERROR_OUT_OF_MEMORY);
        assertThatThrownBy(() -> backend.allocate(Arena.ofAuto(), DType.F32, 100)).isInstanceOf(CudaException.class);
        fake.answer(0);
        assertThat(backend.memory().heldBytes()).isZero();
    }
}
