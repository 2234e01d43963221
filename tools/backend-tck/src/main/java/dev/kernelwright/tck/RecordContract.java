package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.TuningEngine;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of kernels: binaries that outlive their device, and the way from a miss to a hit. */
public interface RecordContract extends ContractTopic {
    /** One for the only candidate, and ample time: a busy machine must not decide how this ends. */
    TuningBudget BUDGET = new TuningBudget(Duration.ofMinutes(4), 1);

    /** On another opening of the device, from the binary as it was and from the source. */
    @Test
    @Proves("M32")
    default void aRecordIsLoadedAndMadeAgainAfterTheDeviceWasClosed(@TempDir Path folder)
            throws IOException, KernelRejectedException {
        Workload workload = BackendContract.increment();
        KernelSignature signature = workload.signature();
        KernelKey key;
        try (Backend device = contract().open(); DirectoryStore store = DirectoryStore.open(folder)) {
            KernelSource source = contract().source(ContractKernel.INCREMENT_BY_WORKSPACE);
            TuningRecord.Kernel kernel = new TuningRecord.Kernel(source, device.compile(source, signature));
            key = KernelKey.of(workload, device.target());
            store.put(new TuningRecord(key, device.target(), kernel,
                    Evaluation.rejected(ReasonCode.ACCEPTED, "not evaluated"), Map.of(), Instant.now(), null));
        }
        try (Backend device = contract().open();
                DirectoryStore store = DirectoryStore.open(folder);
                DeviceStream stream = device.newStream()) {
            TuningRecord.Kernel kernel = Objects
                    .requireNonNull(store.find(key, device.target()).orElseThrow().record().kernel());
            // Not compiled before the stored one was loaded, which must not need it.
            for (boolean again : new boolean[]{false, true}) {
                KernelBinary binary = again ? device.compile(kernel.source(), signature) : kernel.binary();
                try (LoadedKernel loaded = device.load(binary, signature);
                        IncrementChain chain = new IncrementChain(device, loaded, stream, 997)) {
                    assertThat(chain.begin(1).launch(3).read()).containsOnly(4);
                }
            }
        }
    }

    /** With a real store, a real tuner and a trial worker; then a second start on the same store. */
    @Test
    @Proves("M37")
    default void aMissIsAnsweredAtOnceAndIsAHitAtTheNextStart(@TempDir Path folder) throws Exception {
        Workload workload = ContractKernel.INCREMENT_OP.workload(DType.F32).axis("n", 1 << 18).build();
        contract().giveRoofline(folder);
        for (boolean first : new boolean[]{true, false}) {
            try (DirectoryStore store = DirectoryStore.open(folder);
                    TuningEngine tuner = TuningEngine.builder().build();
                    ComputeRuntime runtime = ComputeRuntime.builder().devices(contract().provider().name())
                            .threads(BackendContract.THREADS).store(store).tuner(tuner).tuningBudget(BUDGET)
                            .template(ContractKernel.INCREMENT_OP, contract().template(ContractKernel.INCREMENT))
                            .build();
                    BoundOp op = runtime.bind(workload)) {
                assertThat(invoke(op, runtime.devices().getFirst())).as("the first answer").containsOnly(3);
                assertThat(runtime.awaitIdle(BUDGET.time())).as("tuning ends in time").isTrue();
                assertThat(runtime.statistics().misses()).isEqualTo(first ? 1 : 0);
                assertThat(runtime.statistics().hits()).isEqualTo(first ? 0 : 1);
                assertThat(op.isTuned()).as("a kernel of this device beats the reference in Java: %s",
                        store.find(KernelKey.of(workload, runtime.devices().getFirst().target()))).isTrue();
                assertThat(invoke(op, runtime.devices().getFirst())).as("the tuned kernel's answer").containsOnly(3);
            }
        }
    }

    private static float[] invoke(BoundOp op, Device device) {
        int n = (int) op.workload().signature().maxAxes()[0];
        try (Arena arena = Arena.ofShared()) {
            Tensor host = Tensor.allocate(arena, DType.F32, n);
            for (long i = 0; i < n; i++) {
                host.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, 2);
            }
            Tensor x = device.allocate(arena, DType.F32, n);
            Tensor out = device.allocate(arena, DType.F32, n);
            device.copy(host, x);
            op.invoke(x, out);
            device.copy(out, host);
            return host.toFloatArray();
        }
    }
}
