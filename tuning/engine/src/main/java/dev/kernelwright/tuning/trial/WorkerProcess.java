package dev.kernelwright.tuning.trial;

import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The child process and its directory, which end together.
 *
 * <p>No child outlives its parent: a shutdown hook kills it when this JVM exits, and when this JVM is killed, the child
 * sees its socket end and exits by itself.
 */
final class WorkerProcess implements AutoCloseable {
    /** How long a killed process may take to be gone; the kernel may first have to free its memory. */
    private static final long KILL_SECONDS = 10;
    private static final long OBITUARY_SECONDS = 1;
    private static final long SANDBOX_SECONDS = 2;

    private final Process process;
    private final Path directory;
    private final Isolation isolation;
    private final LogTail log;
    private final Thread shutdownHook;

    private WorkerProcess(LogTail.Started started, Path directory, Isolation isolation) {
        this.process = started.process();
        this.directory = directory;
        this.isolation = isolation;
        this.log = started.log();
        this.shutdownHook = Thread.ofPlatform().name("kernelwright-trial-shutdown").unstarted(this::destroy);
    }

    /**
     * Starts a worker's process in its directory, which is its home too and is deleted with it.
     *
     * @throws IOException if it does not start
     */
    static WorkerProcess start(WorkerCommand command, Path directory, Isolation isolation) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Sandbox.wrap(
                new Sandbox.Request(isolation, directory, command.readable(), command.devices()), command.line()))
                .directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().retainAll(command.variables());
        builder.environment().putAll(Map.of("HOME", directory.toString(), "TMPDIR", directory.toString()));
        WorkerProcess worker = new WorkerProcess(LogTail.start(builder), directory, isolation);
        try {
            worker.process.getOutputStream().close();
            Runtime.getRuntime().addShutdownHook(worker.shutdownHook);
        } catch (IOException | IllegalStateException e) {
            worker.destroy();
            throw new IOException("a trial worker was asked for while this JVM is shutting down", e);
        }
        return worker;
    }

    long pid() {
        return process.pid();
    }

    Isolation isolation() {
        return isolation;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Says how the process ended and what it printed last, for a message that goes on from "the trial worker". */
    String obituary() {
        String how = awaitExit(OBITUARY_SECONDS)
                ? "exited with code " + process.exitValue()
                : "closed its connection and is still running";
        String last = log.text();
        return last.isEmpty() ? how : how + " and said: " + last;
    }

    /** Kills the process and deletes its directory; when this returns, both are gone. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // Shutting down: the hook does the same at the same time, which does no harm.
        }
        destroy();
    }

    private void destroy() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        // A sandbox ends by itself after the worker in it, and then no process of it is left. Killed first, it takes the
        // worker with it, but nobody waits for that.
        if (isolation != Isolation.NAMESPACES || !awaitExit(SANDBOX_SECONDS)) {
            process.destroyForcibly();
            awaitExit(KILL_SECONDS);
        }
        WorkerDirectory.delete(directory);
    }

    /** Waits for the end of the process, also on a thread that is being interrupted; returns whether it came. */
    private boolean awaitExit(long seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
