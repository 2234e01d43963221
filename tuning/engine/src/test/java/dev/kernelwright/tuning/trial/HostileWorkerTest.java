package dev.kernelwright.tuning.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.verify.HostMemory;
import dev.kernelwright.tuning.verify.KernelVerifier;
import dev.kernelwright.tuning.verify.Safeguard;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker that has been taken over by its kernel, which does to the protocol whatever it likes. */
@Timeout(60)
class HostileWorkerTest {
    private static final WorkerLimits LIMITS = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(1));
    private static final KernelSignature SIGNATURE = TestOps.fixed().signature();
    private static final long[] AXES = SIGNATURE.maxAxes();
    private static final BufferLayout LAYOUT = BufferLayout.of(SIGNATURE, AXES, 96, () -> 0);
    /** Not a number that a program has by chance, nor is what follows it. */
    private static final double SECRET = 1234.5678;

    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        WorkerRemains.assertNone();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static void assertRejected(ThrowingCallable call, ReasonCode reason, String part) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KernelRejectedException.class, e -> {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            assertThat(e).hasMessageContaining(part);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FLOODS            | TIMEOUT | within 1.0 s
            FORGES_SUCCESS    | CRASHED | it is not the answer to what was asked
            SENDS_GARBAGE     | CRASHED | broke the protocol: a frame of
            CLOSES_CONNECTION | CRASHED | closed its connection and is still running
            """)
    void whatAWorkerDoesToItsConnectionIsAVerdictAndCostsIt(Behaviour behaviour, ReasonCode reason, String part)
            throws Exception {
        assumeThat(Path.of("/proc/self/fd")).as("where a process finds its own connections").exists();
        try (TrialWorker worker = TrialWorkers.start(LIMITS, backend, 1, LAYOUT.byteSize(), soon())) {
            worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
            int kernel = worker.load(SIGNATURE, backend.compile(FakeBackend.source(behaviour), SIGNATURE), soon());
            long start = System.nanoTime();
            assertRejected(() -> worker.run(kernel, AXES, LAYOUT, soon()), reason, part);
            // The deadline of a launch, and two seconds in which a process that says nothing more may end.
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1 + 2 + 1));
            assertThat(worker.isUsable()).isFalse();
        }
    }

    /** Plays the child. */
    @FunctionalInterface
    private interface Child {
        void play(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** A worker whose child is played by the test; the process is there to be killed. */
    private static void withChild(Child child, ThrowingWorker test) throws Exception {
        Path directory = WorkerDirectory.create(0);
        try (WorkerConnection connection = new WorkerConnection(directory)) {
            WorkerProcess process = WorkerProcess.start(
                    new WorkerCommand(List.of("sleep", "60"), Set.of("PATH"), Set.of(), false), directory,
                    Isolation.NONE);
            SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("socket")));
            Thread thread = Thread.ofPlatform().start(() -> {
                try (socket) {
                    DataOutputStream out = new DataOutputStream(Channels.newOutputStream(socket));
                    byte[] nonce = Files.readAllBytes(directory.resolve("nonce"));
                    out.writeInt(nonce.length);
                    out.write(nonce);
                    child.play(new DataInputStream(Channels.newInputStream(socket)), out);
                } catch (IOException e) {
                    // The parent has closed the connection, as it should.
                }
            });
            try (TrialWorker worker =
                    new TrialWorker(LIMITS, process, connection.accept(process, soon()), directory,
                            DeviceShare.of(FakeBackendProvider.open(FakeBackendProvider.ORDINARY), 0))) {
                test.test(worker);
            }
            thread.join();
        }
    }

    @FunctionalInterface
    private interface ThrowingWorker {
        void test(TrialWorker worker) throws Exception;
    }

    private static byte[] read(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    /** Says that a request is done and, as {@code WORKSPACE} does, gives a number. */
    private static byte[] done(byte[] request, long result) throws IOException {
        ByteBuffer reply = ByteBuffer.allocate(Long.BYTES + 2 + 4 + Long.BYTES);
        reply.put(request, 0, Long.BYTES).putShort((short) 4).put("DONE".getBytes(UTF_8)).putLong(result);
        return reply.array();
    }

    private static void write(DataOutputStream out, byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    @Test
    void aReplyThatIsSentTwiceIsNotTheAnswerToTheNextRequest() throws Exception {
        withChild((in, out) -> {
            byte[] reply = done(read(in), 96);
            write(out, reply);
            write(out, reply);
            read(in);
            in.read();
        }, worker -> {
            assertThat(worker.workspaceBytes(0, AXES, soon())).isEqualTo(96);
            assertRejected(() -> worker.workspaceBytes(0, AXES, soon()), ReasonCode.CRASHED,
                    "it is not the answer to what was asked");
            assertThat(worker.isUsable()).isFalse();
        });
    }

    @Test
    void aReplyThatStopsInTheMiddleIsATimeout() throws Exception {
        withChild((in, out) -> {
            byte[] reply = done(read(in), 96);
            out.writeInt(reply.length);
            out.write(reply, 0, reply.length / 2);
            out.flush();
            in.read();
        }, worker -> assertRejected(() -> worker.workspaceBytes(0, AXES, soon()), ReasonCode.TIMEOUT, "within 1.0 s"));
    }

    @Test
    void aReplyWithoutItsResultsIsMalformed() throws Exception {
        withChild((in, out) -> write(out, Arrays.copyOf(done(read(in), 96), Long.BYTES + 6)),
                worker -> assertRejected(() -> worker.workspaceBytes(0, AXES, soon()), ReasonCode.CRASHED,
                        "sent a malformed reply"));
    }

    @Test
    void everyNonceIsAnother() throws Exception {
        byte[][] nonces = new byte[2][];
        for (int i = 0; i < nonces.length; i++) {
            Path directory = WorkerDirectory.create(0);
            try (WorkerConnection connection = new WorkerConnection(directory)) {
                nonces[i] = Files.readAllBytes(directory.resolve("nonce"));
                assertThat(connection).isNotNull();
            }
            WorkerDirectory.delete(directory);
        }
        assertThat(nonces[0]).hasSize(TrialProtocol.NONCE_BYTES).isNotEqualTo(nonces[1]);
    }

    /** An op whose results are known beforehand, so that they can be looked for, and which no kernel could guess. */
    private static final OpDefinition SECRETS = OpDefinition.named("scale_add_of_secrets", 1)
            .formula("y[r, c] = a secret")
            .axes("rows", "cols")
            .attribute("factor", 2)
            .input("x", "rows", "cols")
            .input("b", "cols")
            .output("y", "rows", "cols")
            .flops("2 * rows * cols")
            .accuracy(8, "0")
            .reference("rows", (call, row) -> {
                for (long c = 0; c < call.axis(1); c++) {
                    call.put(0, row * call.axis(1) + c, SECRET + row * call.axis(1) + c, SECRET);
                }
            })
            .build();

    @Test
    void theExpectedValuesAreNowhereInTheWorkersMemory() throws Exception {
        assumeThat(Path.of("/proc/self/mem")).as("where a process' memory can be read").exists();
        Workload workload = SECRETS.workload(DType.F32).axis("rows", 8).axis("cols", 64).build();
        try (BlockPool pool = new BlockPool(1);
                HostMemory memory = new HostMemory();
                TrialWorker worker = TrialWorkers.start(LIMITS, backend, 1, LAYOUT.byteSize(), soon())) {
            int kernel = worker.load(workload.signature(),
                    backend.compile(FakeBackend.source(Behaviour.CORRECT), workload.signature()), soon());
            assertThatThrownBy(() -> new KernelVerifier(workload, pool, memory, Safeguard.all()).verify(worker,
                    kernel, () -> kernel, Double.NaN, false, soon()))
                    .isInstanceOfSatisfying(KernelRejectedException.class,
                            e -> {
                                assertThat(e.reason()).isEqualTo(ReasonCode.WRONG_NUMERICS);
                                assertThat(e).hasMessageContaining("expected 1234.5");
                                assertThat(e.hint()).contains("times as far off as allowed").doesNotContain("1234");
                            });
            ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat((float) (SECRET + 1))
                    .putFloat((float) (SECRET + 2));
            ByteBuffer oneDouble = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(SECRET + 1);
            boolean sawItsOp = false;
            ProcessHandle outermost = ProcessHandle.of(worker.pid()).orElseThrow();
            for (ProcessHandle process : Stream.concat(Stream.of(outermost), outermost.descendants()).toList()) {
                sawItsOp |= isInMemory(process.pid(), "scale_add_of_secrets".getBytes(UTF_8));
                assertThat(isInMemory(process.pid(), floats.array())).isFalse();
                assertThat(isInMemory(process.pid(), oneDouble.array())).isFalse();
            }
            assertThat(sawItsOp).as("what was looked for could have been found").isTrue();
        }
    }

    private static boolean isInMemory(long pid, byte[] wanted) throws IOException {
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
                String[] words = line.split("[- ]", -1);
                if (words[2].startsWith("rw")) {
                    long start = Long.parseUnsignedLong(words[0], 16);
                    if (isIn(memory, start, Long.parseUnsignedLong(words[1], 16), wanted)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    private static boolean isIn(RandomAccessFile memory, long start, long end, byte[] wanted) {
        byte[] page = new byte[4096 + wanted.length];
        for (long at = start; at < end; at += 4096) {
            try {
                memory.seek(at);
                int length = memory.read(page, 0, (int) Math.min(page.length, end - at));
                for (int i = 0; i + wanted.length <= length; i++) {
                    if (Arrays.equals(page, i, i + wanted.length, wanted, 0, wanted.length)) {
                        return true;
                    }
                }
            } catch (IOException e) {
                // A page that is not there.
            }
        }
        return false;
    }
}
