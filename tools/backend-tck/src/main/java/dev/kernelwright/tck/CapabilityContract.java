package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a backend can do beyond the least: it does what it declares, and refuses the rest. */
public interface CapabilityContract extends ContractTopic {
    @Test
    @Proves("M25")
    default void theCapabilitiesAreThoseThatWereDeclared() {
        assertThat(contract().backend().capabilities()).containsExactlyInAnyOrderElementsOf(contract().capabilities());
    }

    /** Of every capability: that it works, or that it is refused in a sentence that names it. */
    @TestFactory
    @Proves({"M25", "M26", "M27", "M28", "M29", "M30", "M31"})
    default Stream<DynamicTest> aCapabilityWorksOrIsRefused() {
        return Stream.of(Capability.values()).map(capability -> contract().capabilities().contains(capability)
                ? dynamicTest(rule(capability) + " " + capability + " works", () -> use(capability))
                : dynamicTest("M25 " + capability + " is refused", () -> assertThatThrownBy(() -> ask(capability))
                        .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining(capability.name())));
    }

    private static String rule(Capability capability) {
        return switch (capability) {
            case EVENTS -> "M26";
            case GRAPHS -> "M27";
            case PINNED_MEMORY -> "M28";
            case WRAPPED_MEMORY -> "M29";
            case WRAPPED_STREAMS -> "M30";
            case MEMORY_LEASE -> "M31";
        };
    }

    private void ask(Capability capability) {
        Backend backend = contract().backend();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            switch (capability) {
                case EVENTS -> backend.newEvent();
                case GRAPHS -> backend.record(stream, () -> {});
                case PINNED_MEMORY -> backend.allocatePinned(arena, DType.F32, 8);
                case WRAPPED_MEMORY -> backend.wrapMemory(64, 64);
                case WRAPPED_STREAMS -> backend.wrapStream(64);
                case MEMORY_LEASE -> backend.memory();
            }
        }
    }

    private void use(Capability capability) throws KernelRejectedException {
        switch (capability) {
            case EVENTS -> useEvents();
            case GRAPHS -> useGraph();
            case PINNED_MEMORY -> usePinnedMemory();
            case WRAPPED_MEMORY -> useWrappedMemory();
            case WRAPPED_STREAMS -> useWrappedStream();
            case MEMORY_LEASE -> useLease();
        }
    }

    private void useEvents() throws KernelRejectedException {
        Backend backend = contract().backend();
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                DeviceStream stream = backend.newStream();
                IncrementChain chain = new IncrementChain(backend, kernel, stream, (int) BackendContract.MAX_N)) {
            DeviceEvent start = backend.newEvent();
            DeviceEvent middle = backend.newEvent();
            DeviceEvent end = backend.newEvent();
            assertThatThrownBy(() -> end.nanosSince(start)).isInstanceOf(IllegalStateException.class);
            // Twice: an event may be recorded again.
            for (int round = 0; round < 2; round++) {
                chain.begin(0);
                start.record(stream);
                chain.launch(4);
                middle.record(stream);
                Tensor host = chain.launch(40).fetch();
                end.record(stream);
                end.synchronize();
                assertThat(host.toFloatArray()).as("what was queued before the event").containsOnly(44);
                assertThat(middle.nanosSince(start)).isPositive();
                assertThat(end.nanosSince(start)).isGreaterThan(middle.nanosSince(start));
            }
            assertThat(StreamContract.leastBytes(stream, () -> start.record(stream))).isZero();
            for (DeviceEvent event : new DeviceEvent[]{start, middle, end, end}) {
                event.close();
            }
        }
    }

    private void useGraph() throws KernelRejectedException {
        Backend backend = contract().backend();
        for (ContractKernel which : new ContractKernel[]{ContractKernel.INCREMENT,
                ContractKernel.INCREMENT_BY_WORKSPACE}) {
            try (LoadedKernel kernel = contract().load(backend, which);
                    DeviceStream stream = backend.newStream();
                    IncrementChain chain = new IncrementChain(backend, kernel, stream, 997)) {
                chain.begin(0);
                stream.synchronize();
                // An even number, so that each replay begins where the last has ended.
                DeviceGraph graph = backend.record(stream, () -> chain.launch(20));
                assertThat(chain.read()).as("recording runs nothing").containsOnly(0);
                graph.launch(stream);
                assertThat(chain.read()).containsOnly(20);
                // Plain launches in between use the workspace of the stream, and not of the graph.
                chain.launch(2);
                graph.launch(stream);
                assertThat(chain.read()).containsOnly(42);
                assertThat(StreamContract.leastBytes(stream, () -> graph.launch(stream))).isZero();
                graph.close();
                graph.close();
                assertThat(catchThrowable(() -> backend.record(stream, stream::synchronize)))
                        .as("a recording that waits").isInstanceOf(IllegalStateException.class);
                assertThat(chain.begin(1).launch(1).read()).as("the stream after a recording that failed")
                        .containsOnly(2);
            }
        }
    }

    private void usePinnedMemory() {
        Backend backend = contract().backend();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            Tensor pinned;
            try (Arena brief = Arena.ofShared()) {
                pinned = backend.allocatePinned(brief, DType.F32, 3, 333);
                assertThat(pinned.space()).isEqualTo(MemorySpace.HOST);
                assertThat(pinned.toFloatArray()).hasSize(999).containsOnly(0);
                assertThat(backend.allocatePinned(brief, DType.F32, 0).byteSize()).isZero();
                Tensor device = backend.allocate(arena, DType.F32, 3, 333);
                Tensor back = backend.allocatePinned(brief, DType.F32, 3, 333);
                pinned.segment().fill((byte) 1);
                backend.copy(stream, pinned, device);
                backend.copy(stream, device, back);
                stream.synchronize();
                assertThat(back.segment().mismatch(pinned.segment())).isEqualTo(-1);
            }
            assertThat(pinned.isAlive()).isFalse();
        }
    }

    /** Wrapped twice: what a kernel writes by way of one is read by way of the other. */
    private void useWrappedMemory() throws KernelRejectedException {
        Backend backend = contract().backend();
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                DeviceStream stream = backend.newStream();
                Arena arena = Arena.ofShared()) {
            long handle = contract().applicationMemory(backend, backend.allocate(arena, DType.F32, 997));
            DeviceMemory memory = backend.wrapMemory(handle, 4 * 997);
            assertThat(memory.handle()).isEqualTo(handle);
            assertThat(memory.byteSize()).isEqualTo(4 * 997);
            assertThat(memory.isAlive()).isTrue();
            Tensor wrapped = Tensor.over(memory, 0, DType.F32, 997);
            assertThat(wrapped.space()).isEqualTo(backend.memorySpace());
            LaunchArguments arguments = new LaunchArguments(2, 1);
            arguments.axes()[0] = 997;
            arguments.setBuffer(0, backend.allocate(arena, DType.F32, 997));
            arguments.setBuffer(1, wrapped);
            kernel.launch(stream, arguments);
            arguments.setBuffer(0, Tensor.over(backend.wrapMemory(handle, 4 * 997), 0, DType.F32, 997));
            arguments.setBuffer(1, backend.allocate(arena, DType.F32, 997));
            kernel.launch(stream, arguments);
            Tensor host = Tensor.allocate(arena, DType.F32, 2 * 997);
            backend.copy(stream, wrapped, host.slice(0, 997));
            backend.copy(stream, arguments.buffer(1), host.slice(997, 997));
            stream.synchronize();
            assertThat(host.slice(0, 997).toFloatArray()).as("what a kernel wrote to the memory").containsOnly(1);
            assertThat(host.slice(997, 997).toFloatArray()).as("what a kernel read there").containsOnly(2);
        }
    }

    private void useWrappedStream() throws KernelRejectedException {
        Backend backend = contract().backend();
        long handle = contract().applicationStream(backend);
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT_BY_WORKSPACE)) {
            // Twice: closing the first leaves the application's stream open.
            for (int round = 0; round < 2; round++) {
                DeviceStream stream = backend.wrapStream(handle);
                try (IncrementChain chain = new IncrementChain(backend, kernel, stream, 997)) {
                    assertThat(chain.begin(round).launch(StreamContract.LAUNCHES).read())
                            .containsOnly(round + StreamContract.LAUNCHES);
                }
                stream.close();
                stream.close();
            }
        }
    }

    private void useLease() {
        try (Backend device = contract().open(); Arena arena = Arena.ofShared()) {
            MemoryLease lease = device.memory();
            long all = lease.limitBytes();
            long before = lease.heldBytes();
            Tensor kept = device.allocate(arena, DType.F32, 1 << 18);
            assertThat(lease.heldBytes()).as("held with a tensor of 1 MiB").isGreaterThanOrEqualTo(before + (1 << 20));
            lease.limit(lease.heldBytes());
            try (DeviceStream stream = device.newStream()) {
                assertThatThrownBy(() -> device.allocate(arena, DType.F32, 1 << 20)).as("a tensor beyond the lease")
                        .isInstanceOf(IllegalStateException.class).hasMessageContaining("lease");
                assertThatThrownBy(() -> stream.borrowWorkspace(4 << 20)).as("a workspace beyond the lease")
                        .isInstanceOf(IllegalStateException.class).hasMessageContaining("lease");
                assertThat(kept.isAlive()).isTrue();
                lease.limit(all);
                try (Arena brief = Arena.ofShared()) {
                    device.allocate(brief, DType.F32, 1 << 20);
                }
                long held = lease.heldBytes();
                lease.limit(0);
                assertThat(lease.heldBytes()).as("held when what was freed is given back")
                        .isLessThanOrEqualTo(Math.min(held, before + (2 << 20)));
                assertThat(kept.isAlive()).isTrue();
                lease.limit(all);
                assertThat(device.allocate(arena, DType.F32, 1 << 20).isAlive()).isTrue();
            }
        }
    }
}
