package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an application does with GPUs by way of the runtime, with baselines alone. */
@Tag("gpu")
class CudaRuntimeGpuTest {
    private static final int OPS = 200;
    private static final int N = 1000;
    private static List<String> names;

    @BeforeAll
    static void requireGpu() {
        Probe probe = new CudaBackendProvider().probe();
        assumeTrue(probe instanceof Probe.Available, "this machine has no CUDA driver with a GPU");
        names = ((Probe.Available) probe).devices().stream().map(device -> device.name()).toList();
    }

    private static ComputeRuntime runtime(String... devices) {
        return ComputeRuntime.builder().devices(devices).missPolicy(MissPolicy.BASELINE_ONLY).store(new VolatileStore())
                .build();
    }

    private static Workload workload(String text) {
        return StandardOps.catalog().parse(text, DType.F32);
    }

    private static Tensor upload(Device device, Arena arena, float... values) {
        Tensor tensor = device.allocate(arena, DType.F32, values.length);
        device.copy(Tensor.of(values, values.length), tensor);
        return tensor;
    }

    private static float[] filled(float value) {
        float[] values = new float[N];
        Arrays.fill(values, value);
        return values;
    }

    private static float[] download(Device device, Tensor tensor) {
        Tensor host = Tensor.allocate(tensor.dtype(), tensor.shape());
        device.copy(tensor, host);
        return host.toFloatArray();
    }

    /** Adds ones to a tensor {@link #OPS} times, to and fro between it and another. */
    private static void addOnes(BoundOp add, DeviceStream stream, Tensor x, Tensor ones, Tensor y) {
        for (int i = 0; i < OPS / 2; i++) {
            add.invoke(stream, x, ones, y);
            add.invoke(stream, y, ones, x);
        }
    }

    @Test
    void aReplayedGraphOfBoundOpsDoesWhatTheirCallsDo() {
        try (ComputeRuntime runtime = runtime("cuda"); Arena arena = Arena.ofShared()) {
            Device device = runtime.device("cuda");
            Tensor x = upload(device, arena, filled(0));
            Tensor ones = upload(device, arena, filled(1));
            Tensor y = upload(device, arena, filled(0));
            try (BoundOp add = runtime.bind(workload("add(n=" + N + ")"), device);
                    DeviceStream stream = device.newStream();
                    DeviceGraph graph = device.record(stream, () -> addOnes(add, stream, x, ones, y))) {
                assertThat(download(device, x)).containsOnly(0f);
                graph.launch(stream);
                stream.synchronize();
                assertThat(download(device, x)).containsOnly(OPS);
                addOnes(add, stream, x, ones, y);
                graph.launch(stream);
                stream.synchronize();
                assertThat(download(device, x)).containsOnly(3 * OPS);
            }
        }
    }

    @Test
    void aGraphKeepsTheWorkspaceThatItWasRecordedWith() {
        Workload attention = workload("attention(batch=1,q_len=32,ctx=512,heads=8,kv_heads=2,head_dim=64)");
        KernelSignature signature = attention.signature();
        SplittableRandom random = new SplittableRandom(7);
        try (ComputeRuntime runtime = runtime("cuda"); Arena arena = Arena.ofShared()) {
            Device device = runtime.device("cuda");
            Tensor[] tensors = signature.buffers().stream().map(buffer -> {
                long[] shape = signature.shape(buffer, signature.maxAxes());
                Tensor host = Tensor.allocate(DType.F32, shape);
                for (long i = 0; i < host.elementCount(); i++) {
                    host.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
                }
                Tensor tensor = device.allocate(arena, DType.F32, shape);
                device.copy(host, tensor);
                return tensor;
            }).toArray(Tensor[]::new);
            Tensor result = tensors[tensors.length - 1];
            try (BoundOp op = runtime.bind(attention, device);
                    DeviceStream stream = device.newStream();
                    DeviceGraph graph = device.record(stream, () -> op.invoke(stream, tensors))) {
                op.invoke(stream, tensors);
                stream.synchronize();
                float[] called = download(device, result);
                device.copy(Tensor.allocate(DType.F32, result.shape()), result);
                // What is allocated in between must not be the workspace of the graph.
                Tensor other = device.allocate(arena, DType.F32, 1 << 20);
                graph.launch(stream);
                stream.synchronize();
                assertThat(download(device, result)).isEqualTo(called);
                assertThat(download(device, other)).containsOnly(0f);
            }
        }
    }

    @Test
    void twoGpusComputeAtATimeAndTheirTensorsAreNotMixedUp() {
        assumeTrue(names.size() > 1, "this machine has one GPU");
        try (ComputeRuntime runtime = runtime(names.get(0), names.get(1)); Arena arena = Arena.ofShared()) {
            Tensor[][] tensors = new Tensor[2][];
            BoundOp[] ops = new BoundOp[2];
            DeviceStream[] streams = new DeviceStream[2];
            for (int i = 0; i < 2; i++) {
                Device device = runtime.device(names.get(i));
                tensors[i] = new Tensor[]{upload(device, arena, filled(i)), upload(device, arena, filled(1)),
                        upload(device, arena, filled(0))};
                ops[i] = runtime.bind(workload("add(n=" + N + ")"), device);
                streams[i] = device.newStream();
            }
            for (int call = 0; call < OPS; call++) {
                for (int i = 0; i < 2; i++) {
                    ops[i].invoke(streams[i], tensors[i]);
                }
            }
            for (int i = 0; i < 2; i++) {
                streams[i].synchronize();
                assertThat(download(runtime.device(names.get(i)), tensors[i][2])).containsOnly(i + 1);
                streams[i].close();
            }
            assertThatThrownBy(() -> ops[0].invoke(tensors[1])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(names.get(1));
            assertThatThrownBy(() -> runtime.device(names.get(0)).copy(tensors[0][0], tensors[1][0]))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("copy it to host memory first");
        }
    }

    @Test
    void whatADeviceTellsOfItsStateIsPlausible() {
        try (BlockPool pool = new BlockPool(1); Backend backend = new CudaBackendProvider().open(0, pool)) {
            assertThat(backend.conditions()).containsKeys("sm_clock_mhz", "power_w", "temperature_c")
                    .hasEntrySatisfying("temperature_c",
                            celsius -> assertThat(Integer.parseInt(celsius)).isBetween(1, 120))
                    .hasEntrySatisfying("sm_clock_mhz",
                            clock -> assertThat(Integer.parseInt(clock)).isBetween(100, 5000));
        }
    }

    @Test
    void aWholeLifeLeavesTheMemoryOfTheDeviceAsItWas() {
        CudaDriver driver = ((Loaded.Found<CudaDriver>) CudaDriver.load()).library();
        int gpu = driver.devices().device(0);
        long context = driver.devices().retainPrimaryContext(gpu);
        try {
            // What the driver takes for itself when it first does something, it keeps.
            useEverything();
            long before = freeBytes(driver, context);
            useEverything();
            assertThat(freeBytes(driver, context)).isEqualTo(before);
        } finally {
            driver.devices().releasePrimaryContext(gpu);
        }
    }

    private static long freeBytes(CudaDriver driver, long context) {
        driver.devices().setCurrentContext(context);
        return driver.memory().info().freeBytes();
    }

    private static void useEverything() {
        try (ComputeRuntime runtime = runtime("cuda"); Arena arena = Arena.ofShared()) {
            Device device = runtime.device("cuda");
            Tensor x = device.allocate(arena, DType.F32, 1 << 26);
            Tensor ones = device.allocate(arena, DType.F32, 1 << 26);
            Tensor y = device.wrap(DeviceHeap.address(device.allocate(arena, DType.F32, 1 << 26)), DType.F32, 1 << 26);
            Tensor pinned = device.allocatePinned(arena, DType.F32, 1 << 26);
            // Left to the runtime's own close on purpose, with what was recorded of it.
            BoundOp add = runtime.bind(workload("add(n=" + (1 << 26) + ")"), device);
            try (DeviceStream stream = device.newStream();
                    DeviceStream standard = device.wrapStream(0);
                    DeviceGraph graph = device.record(stream, () -> addOnes(add, stream, x, ones, y));
                    DeviceEvent event = device.newEvent()) {
                graph.launch(stream);
                event.record(stream);
                event.synchronize();
                device.copy(standard, x, pinned);
                standard.synchronize();
                assertThat(pinned.segment().get(ValueLayout.JAVA_FLOAT, 0)).isZero();
            }
        }
    }
}
