package dev.kernelwright.tuning.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.EvaluatesOnce;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.Surroundings;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each level of isolation really keeps from a kernel, which looks for it from inside. */
@Timeout(60)
class WorkerIsolationTest {
    private static final WorkerLimits LIMITS = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(5));
    private static final KernelSignature SIGNATURE = TestOps.fixed().signature();
    private static final long[] AXES = SIGNATURE.maxAxes();
    private static final BufferLayout LAYOUT = BufferLayout.of(SIGNATURE, AXES, 96, () -> 0);

    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        WorkerRemains.assertNone();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static void assumeAvailable(Isolation level) {
        Sandbox.Available available = Sandbox.available();
        assumeThat(available.level()).as("the isolation '%s' cannot be had here: %s", level, available.whyNotMore())
                .isGreaterThanOrEqualTo(level);
    }

    private String surroundings(Isolation level) throws Exception {
        assumeAvailable(level);
        Path canary = Surroundings.canary(ProcessHandle.current().pid());
        Files.writeString(canary, "secret");
        try (TrialWorker worker = TrialWorkers.start(LIMITS, WorkerCommand.of(LIMITS, backend), backend, 1,
                LAYOUT.byteSize(), level, soon())) {
            assertThat(worker.isolation()).isEqualTo(level);
            worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
            int kernel = worker.load(SIGNATURE, backend.compile(FakeBackend.source(Behaviour.EXPLORES), SIGNATURE),
                    soon());
            KernelRejectedException described = catchThrowableOfType(KernelRejectedException.class,
                    () -> worker.run(kernel, AXES, LAYOUT, soon()));
            return String.valueOf(described.getMessage());
        } finally {
            Files.delete(canary);
        }
    }

    @Test
    void withoutIsolationAKernelSeesTheMachineWhichShowsThatTheseTestsCanFail() throws Exception {
        assumeThat(System.getProperty("os.name")).as("what is looked for is Linux's").isEqualTo("Linux");
        assertThat(surroundings(Isolation.NONE)).contains("sees its parent: true", "reads a file of the user's: true",
                "reads the users: true", "writes to /tmp: true", "namespace " + Surroundings.namespace("net"),
                "writes to its directory: true", "dies first: 1000");
    }

    @Test
    void withLimitsFilesAreBounded() throws Exception {
        assertThat(surroundings(Isolation.LIMITS)).contains("Max core file size 0 0", "Max file size 268435456",
                "Max open files 1024 1024", "dies first: 1000");
    }

    @Test
    void withNamespacesAKernelSeesNeitherProcessesNorNetworkNorFilesAndHasNoPrivileges() throws Exception {
        String surroundings = surroundings(Isolation.NAMESPACES);
        assertThat(surroundings).contains("sees its parent: false", "reads a file of the user's: false",
                "reads the users: false", "writes to /tmp: false", "writes to /: false",
                "writes to its directory: true", "CapEff: 0000000000000000", "NoNewPrivs: 1", "Max core file size 0 0",
                "Max file size 268435456", "dies first: 1000");
        for (String kind : List.of("net", "pid", "ipc", "uts", "mnt")) {
            assertThat(surroundings).contains("namespace " + kind + ":[")
                    .doesNotContain(Surroundings.namespace(kind));
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void aKernelRunsAtEveryLevelAndWhatEndsItIsSeen(Isolation level) throws Exception {
        assumeAvailable(level);
        for (Behaviour behaviour : List.of(Behaviour.CORRECT, Behaviour.EXITS, Behaviour.SEGFAULTS)) {
            try (TrialWorker worker = TrialWorkers.start(LIMITS, WorkerCommand.of(LIMITS, backend), backend, 1,
                    LAYOUT.byteSize(), level, soon())) {
                worker.memory().write(ByteBuffer.allocate((int) LAYOUT.byteSize()), 0);
                int kernel =
                        worker.load(SIGNATURE, backend.compile(FakeBackend.source(behaviour), SIGNATURE), soon());
                switch (behaviour) {
                    case EXITS -> assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon()))
                            .hasMessageContaining("exited with code 42");
                    case SEGFAULTS -> assertThatThrownBy(() -> worker.run(kernel, AXES, LAYOUT, soon()))
                            .hasMessageContaining("SIGSEGV");
                    default -> worker.run(kernel, AXES, LAYOUT, soon());
                }
            }
        }
    }

    @Test
    void theHighestLevelThatCanBeHadIsTheOneThatIsUsed() throws Exception {
        try (TrialWorker worker = TrialWorkers.start(LIMITS, backend, 1, 0, soon())) {
            assertThat(worker.isolation()).isEqualTo(Sandbox.available().level());
        }
    }

    @Test
    void aDeviceThatDoesNotStartInNamespacesStartsWithLimitsUnlessMoreIsRequired() throws Exception {
        assumeAvailable(Isolation.NAMESPACES);
        FakeBackend needy = FakeBackendProvider.open(FakeBackendProvider.NEEDS_THE_MACHINE);
        try (TrialWorker worker = TrialWorkers.start(LIMITS, needy, 1, 0, soon())) {
            assertThat(worker.isolation()).isEqualTo(Isolation.LIMITS);
        }
        WorkerLimits required = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(1),
                Isolation.NAMESPACES);
        assertThatThrownBy(() -> TrialWorkers.start(required, needy, 1, 0, soon())).isInstanceOf(IOException.class)
                .hasMessageContaining("cannot read /etc/passwd");
    }

    /** A program that evaluates a kernel; without a search path, neither prlimit nor bwrap is found. */
    private static Process evaluation(Behaviour behaviour, List<String> options, boolean path) throws IOException {
        String classPath = Stream.of(System.getProperty("java.class.path")).findFirst().orElseThrow();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, EvaluatesOnce.class.getName(), behaviour.name()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (!path) {
            builder.environment().put("PATH", "");
        }
        return builder.start();
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void aRequiredLevelThatCannotBeHadStartsNoWorker() throws Exception {
        String refused = output(evaluation(Behaviour.CORRECT, List.of("-Dkernelwright.isolation=namespaces"), false));
        assertThat(refused)
                .contains("a trial worker with the isolation 'namespaces' was required, but only 'none' can be"
                        + " had here (prlimit is not on the PATH): install bubblewrap")
                .doesNotContain("ACCEPTED");
        String without = output(evaluation(Behaviour.CORRECT, List.of(), false));
        assertThat(without).contains("ACCEPTED");
        String misspelt = output(evaluation(Behaviour.CORRECT, List.of("-Dkernelwright.isolation=all"), true));
        assertThat(misspelt).contains("but the levels are [none, limits, namespaces]").doesNotContain("ACCEPTED");
    }

    @Test
    void aLevelThatTheLimitsRequireIsMetOrNothingStarts() {
        WorkerLimits required = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(1),
                Isolation.NAMESPACES);
        if (Sandbox.available().level() == Isolation.NAMESPACES) {
            assertThat(startAndClose(required)).isEqualTo(Isolation.NAMESPACES);
        } else {
            assertThatThrownBy(() -> startAndClose(required)).hasMessageContaining("was required");
        }
    }

    private Isolation startAndClose(WorkerLimits limits) {
        try (TrialWorker worker = TrialWorkers.start(limits, backend, 1, 0, soon())) {
            return worker.isolation();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Test
    void aWorkerDiesWithAParentThatIsKilledAndTheNextParentDeletesItsFiles() throws Exception {
        assumeAvailable(Isolation.NAMESPACES);
        Process parent = evaluation(Behaviour.ENDLESS, List.of(), true);
        try {
            // The sandbox, the first process in it, and the worker.
            waitUntil(() -> parent.descendants().count() >= 3 && !directoriesOf(parent).isEmpty()
                    && hasTensors(directoriesOf(parent).getFirst()));
            List<ProcessHandle> workers = parent.descendants().toList();
            Path directory = directoriesOf(parent).getFirst();
            // In use, so not for others to delete.
            WorkerDirectory.delete(WorkerDirectory.create(0));
            assertThat(directory).exists();
            parent.destroyForcibly().waitFor();
            waitUntil(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
            WorkerDirectory.delete(WorkerDirectory.create(0));
            assertThat(directoriesOf(parent)).isEmpty();
        } finally {
            parent.destroyForcibly();
        }
    }

    private static boolean hasTensors(Path directory) throws IOException {
        Path memory = directory.resolve(TrialProtocol.MEMORY_FILE);
        return Files.exists(memory) && Files.size(memory) > 0;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void waitUntil(Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("the time by which it should hold").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private static List<Path> directoriesOf(Process parent) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : List.of(Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.filter(file -> file.getFileName().toString()
                            .startsWith("kernelwright-trial-" + parent.pid() + "-")).forEach(found::add);
                }
            }
        }
        return found;
    }
}
