package dev.kernelwright.tuning.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TrialWorkerTest {
    private static final WorkerLimits LIMITS = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(2));
    private static final KernelSignature SIGNATURE = TestOps.fixed().signature();
    private static final long[] AXES = SIGNATURE.maxAxes();
    private static final BufferLayout LAYOUT = BufferLayout.of(SIGNATURE, AXES, 96, () -> 0);

    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        WorkerRemains.assertNone();
    }

    private TrialWorker start() throws IOException {
        TrialWorker worker = TrialWorkers.start(LIMITS, backend, 1, LAYOUT.byteSize(), soon());
        worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
        return worker;
    }

    private int load(TrialWorker worker, Behaviour behaviour) throws Exception {
        return worker.load(SIGNATURE, backend.compile(FakeBackend.source(behaviour), SIGNATURE), soon());
    }

    private static Isolation level() {
        return Sandbox.available().level();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static void assertRejected(ThrowingCallable call, ReasonCode reason, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KernelRejectedException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
            assertThat(e).hasMessageContainingAll(parts);
        });
    }

    @Test
    void aKernelSeesNoEnvironmentButThePathAndItsOwnDirectoryAndASmallHeap() throws Exception {
        try (TrialWorker worker = start()) {
            int kernel = load(worker, Behaviour.TELLS);
            // 64 MiB less a survivor space, as the serial collector counts.
            assertRejected(() -> worker.run(kernel, AXES, LAYOUT, soon()), ReasonCode.CRASHED,
                    level() == Isolation.NAMESPACES
                            ? "environment [HOME, PATH, PWD, TMPDIR]"
                            : "environment [HOME, PATH, TMPDIR]",
                    "kernelwright-trial-" + ProcessHandle.current().pid(), "heap 6");
            assertThat(worker.isUsable()).isTrue();
        }
    }

    @Test
    void oneWorkerServesOneKernelAfterTheOther() throws Exception {
        try (TrialWorker worker = start()) {
            for (int i = 0; i < 3; i++) {
                int kernel = load(worker, Behaviour.CORRECT);
                assertThat(worker.workspaceBytes(kernel, AXES, soon())).isEqualTo(96);
                worker.run(kernel, AXES, LAYOUT, soon());
                worker.unload(kernel, soon());
                assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon())).isInstanceOf(IOException.class)
                        .hasMessageContaining("the kernel " + kernel + " was asked for");
            }
        }
    }

    @Test
    void aLaunchForWhichTheLeaseHasNoRoomIsAVerdictThatCostsNothing() throws Exception {
        FakeBackend leased = FakeBackendProvider.open(FakeBackendProvider.LEASED);
        try (TrialWorker worker = TrialWorkers.start(LIMITS, leased, 1, LAYOUT.byteSize(), soon())) {
            worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
            int kernel = load(worker, Behaviour.CORRECT);
            BufferLayout large = BufferLayout.of(SIGNATURE, AXES, FakeBackend.LEASE_BYTES, () -> 0);
            long heldBytes = leased.memory().heldBytes();
            assertRejected(() -> worker.run(kernel, AXES, large, soon()), ReasonCode.NO_MEMORY, "on fake:6",
                    "raise the lease");
            assertThat(leased.memory().heldBytes()).isEqualTo(heldBytes).isPositive();
            worker.run(kernel, AXES, LAYOUT, soon());
        }
        assertThat(leased.memory().heldBytes()).isZero();
    }

    @Test
    @SuppressWarnings("try") // the recall is what is tested
    void aWorkerWhoseMemoryIsRecalledDuringALaunchIsGoneWhenTheApplicationHasIt() throws Exception {
        FakeBackend leased = FakeBackendProvider.open(FakeBackendProvider.LEASED);
        try (TrialWorker worker = TrialWorkers.start(LIMITS, leased, 1, LAYOUT.byteSize(), soon())) {
            worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
            int kernel = load(worker, Behaviour.ENDLESS);
            ProcessHandle process = ProcessHandle.of(worker.pid()).orElseThrow();
            Thread application = Thread.ofPlatform().start(() -> leased.memory().limit(0));
            assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon())).isInstanceOf(NoMemoryException.class)
                    .hasMessageContaining("the application needs the memory of fake:6");
            application.join();
            assertThat(process.isAlive()).isFalse();
            assertThat(leased.memory().heldBytes()).isZero();
        }
    }

    @Test
    void anEndlessKernelIsATimeoutAndCostsTheWorkerWithinItsDeadline() throws Exception {
        try (TrialWorker worker = start()) {
            int kernel = load(worker, Behaviour.ENDLESS);
            ProcessHandle process = ProcessHandle.of(worker.pid()).orElseThrow();
            long start = System.nanoTime();
            assertRejected(() -> worker.run(kernel, AXES, LAYOUT, soon()), ReasonCode.TIMEOUT, "within 2.0 s");
            assertThat(System.nanoTime() - start).isBetween(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(4));
            assertThat(process.isAlive()).isFalse();
            assertThat(worker.isUsable()).isFalse();
            assertThatThrownBy(() -> load(worker, Behaviour.CORRECT)).isInstanceOf(IOException.class)
                    .hasMessageContaining("after it had died");
        }
    }

    @Test
    void theEarlierOfTwoDeadlinesHolds() throws Exception {
        try (TrialWorker worker = start()) {
            int kernel = load(worker, Behaviour.ENDLESS);
            assertRejected(() -> worker.run(kernel, AXES, LAYOUT, Deadline.after(Duration.ofMillis(300))),
                    ReasonCode.TIMEOUT, "within 0.3 s");
        }
    }

    @Test
    void whatAWorkerPrintsIsBoundedAndItsEndIsInTheMessage() throws Exception {
        try (TrialWorker worker = start()) {
            int kernel = load(worker, Behaviour.PRINTS);
            assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon()))
                    .hasMessageContainingAll("exited with code 44", "line 19999 of what")
                    .satisfies(e -> assertThat(e.getMessage().length()).isBetween(1_000, LogTail.KEPT_BYTES + 200));
        }
    }

    @Test
    @SuppressWarnings("try") // the close is what is tested
    void closingFromAnotherThreadEndsWhatIsUnderWay() throws Exception {
        TrialWorker worker = start();
        int kernel = load(worker, Behaviour.ENDLESS);
        Thread closer = Thread.ofPlatform().start(() -> {
            LockSupport.parkNanos(300_000_000L);
            worker.close();
        });
        assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon())).isInstanceOf(IOException.class)
                .hasMessageContaining("was closed while it was being used");
        closer.join();
    }

    @Test
    void aDeviceThatDoesNotOpenIsTheReasonThatNoWorkerStarts() {
        FakeBackend broken = FakeBackendProvider.open(FakeBackendProvider.BROKEN);
        assertThatThrownBy(() -> TrialWorkers.start(LIMITS, broken, 1, 0, soon())).isInstanceOf(IOException.class)
                .hasMessageContaining("this device is broken");
    }

    @Test
    void aWorkerThatHasNotStartedByTheDeadlineIsGivenUp() {
        assertThatThrownBy(() -> TrialWorkers.start(LIMITS, backend, 1, 0, Deadline.after(Duration.ofMillis(1))))
                .isInstanceOf(IOException.class).hasMessageContaining("no trial worker starts: the process did not"
                        + " connect in time");
    }

    @Test
    void aWorkerThatCannotHaveItsHeapSaysSo() {
        WorkerLimits huge = new WorkerLimits(Integer.MAX_VALUE, Duration.ofSeconds(30), Duration.ofSeconds(1));
        assertThatThrownBy(() -> TrialWorkers.start(huge, backend, 1, 0, soon())).isInstanceOf(IOException.class)
                .hasMessageContainingAll("no trial worker starts", "exited with code 1");
    }

    @Test
    void moreMemoryThanThereIsIsRefusedBeforeAProcessStarts() {
        assertThatThrownBy(() -> TrialWorkers.start(LIMITS, backend, 1, 1L << 60, soon()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("MiB for its files, but found only");
    }

    @Test
    void aChildThatLosesItsParentEndsAndCleansUpEvenWhileAKernelRuns() throws Exception {
        Path directory = WorkerDirectory.create(0);
        WorkerProcess process;
        try (WorkerConnection connection = new WorkerConnection(directory);
                FileChannel memory = FileChannel.open(directory.resolve(TrialProtocol.MEMORY_FILE),
                        StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // What nobody has claimed another process on the machine takes for abandoned, and deletes.
            WorkerDirectory.claim(memory);
            memory.write(ByteBuffer.allocate((int) LAYOUT.byteSize()));
            process = WorkerProcess.start(WorkerCommand.of(LIMITS, backend), directory, level());
            try (FrameChannel child = connection.accept(process, soon())) {
                send(child, TrialProtocol.Command.OPEN, out -> {
                    out.writeUTF("fake");
                    out.writeInt(0);
                    out.writeUTF(backend.device().model());
                    out.writeInt(1);
                });
                child.receive(1_000, soon());
                send(child, TrialProtocol.Command.LOAD, out -> {
                    out.writeInt(0);
                    TrialCodec.writeSignature(out, SIGNATURE);
                    TrialCodec.writeBinary(out, new KernelBinary("fake", "ENDLESS".getBytes(UTF_8),
                            FakeBackend.source(Behaviour.ENDLESS).plan(), ""));
                });
                child.receive(1_000, soon());
                send(child, TrialProtocol.Command.RUN, out -> {
                    out.writeInt(0);
                    TrialCodec.writeAxes(out, AXES);
                    TrialCodec.writeLayout(out, LAYOUT);
                    out.writeBoolean(false);
                });
                assertThatThrownBy(() -> child.receive(1_000, Deadline.after(Duration.ofMillis(200))))
                        .isInstanceOf(TimeoutException.class);
                assertThat(process.isAlive()).isTrue();
            }
        }
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (process.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            assertThat(process.isAlive()).isFalse();
            assertThat(directory.resolve(TrialProtocol.MEMORY_FILE)).doesNotExist();
        } finally {
            process.close();
        }
    }

    @Test
    void anotherDeviceThanTheParentsIsRefused() throws Exception {
        Path directory = WorkerDirectory.create(0);
        try (WorkerConnection connection = new WorkerConnection(directory);
                WorkerProcess process =
                        WorkerProcess.start(WorkerCommand.of(LIMITS, backend), directory, level());
                FrameChannel child = connection.accept(process, soon())) {
            send(child, TrialProtocol.Command.OPEN, out -> {
                out.writeUTF("fake");
                out.writeInt(0);
                out.writeUTF("a device that only the parent sees");
                out.writeInt(1);
            });
            assertThat(new String(child.receive(1_000, soon()), UTF_8)).contains("BROKEN")
                    .contains("a device that only the parent sees").contains("environment variable");
        }
    }

    private interface Arguments {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static void send(FrameChannel child, TrialProtocol.Command command, Arguments arguments)
            throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(1);
        out.writeUTF(command.name());
        arguments.writeTo(out);
        child.send(bytes.toByteArray(), soon());
    }

    @Test
    void whoeverConnectsWithoutTheNonceIsSentAway() throws Exception {
        Path directory = WorkerDirectory.create(0);
        try (WorkerConnection connection = new WorkerConnection(directory);
                SocketChannel intruder = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("socket")))) {
            intruder.write(ByteBuffer.allocate(36).putInt(32).rewind());
            try (WorkerProcess process =
                    WorkerProcess.start(WorkerCommand.of(LIMITS, backend), directory, level());
                    FrameChannel child = connection.accept(process, soon())) {
                assertThat(intruder.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                child.send("nonsense".getBytes(UTF_8), soon());
                assertThat(child.receive(1_000, soon())).isNotEmpty();
            }
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void aFrameThatIsTooLongIsRefusedAndOneThatDoesNotComeIsATimeout() throws Exception {
        Path directory = Files.createTempDirectory("frames");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            try (SocketChannel other = SocketChannel.open(address);
                    FrameChannel channel = new FrameChannel(server.accept())) {
                assertThatThrownBy(() -> channel.receive(100, Deadline.after(Duration.ofMillis(50))))
                        .isInstanceOf(TimeoutException.class);
                other.write(ByteBuffer.allocate(4).putInt(101).flip());
                assertThatThrownBy(() -> channel.receive(100, soon())).isInstanceOf(IOException.class)
                        .hasMessageContaining("a frame of 101 bytes");
                other.write(ByteBuffer.allocate(4).putInt(-1).flip());
                assertThatThrownBy(() -> channel.receive(100, soon())).hasMessageContaining("a frame of -1 bytes");
                assertThatThrownBy(() -> channel.send(new byte[8 << 20], Deadline.after(Duration.ofMillis(50))))
                        .isInstanceOf(TimeoutException.class);
            }
        } finally {
            Files.delete(directory.resolve("s"));
            Files.delete(directory);
        }
    }
}
