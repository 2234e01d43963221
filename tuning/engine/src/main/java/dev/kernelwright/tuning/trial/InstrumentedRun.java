package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run of a kernel in a process of its own under an instrument, and what that says of the kernel. */
public final class InstrumentedRun {
    private static final String OUTPUT_FILE = "output";
    private static final int MAX_OUTPUT_BYTES = 1 << 20;

    private InstrumentedRun() {}

    /** What came of a run. */
    public sealed interface Outcome {
        /** The instrument found nothing. */
        record Clean() implements Outcome {}

        /** The instrument found a fault. */
        record Faulty(Instrument.Fault fault) implements Outcome {}

        /**
         * The instrument could not be asked, which says nothing of the kernel.
         *
         * @param reason why, in half a sentence
         */
        record Skipped(String reason) implements Outcome {}
    }

    /** Returns the instruments that are installed for a device. */
    public static List<Instrument> instruments(Backend backend) {
        try {
            return WorkerCommand.provider(backend)
                    .instruments(WorkerCommand.deviceIndex(backend.device().name()));
        } catch (IOException e) {
            return List.of(); // nor could a trial worker be started
        }
    }

    /**
     * Runs a kernel once and waits.
     *
     * @param axes the extents, which should be small: an instrument is up to a million times slower
     * @param limit how long it may take
     */
    public static Outcome of(WorkerLimits limits, Backend backend, Instrument instrument, KernelSource source,
            KernelSignature signature, long[] axes, Duration limit) {
        try {
            Path directory = WorkerDirectory.create(0);
            try {
                writeRequest(directory.resolve(InstrumentedRunMain.REQUEST_FILE), instrument, source, signature, axes,
                        limit);
                return run(WorkerCommand.under(instrument, limits, backend), limits, instrument, directory, limit);
            } finally {
                WorkerDirectory.delete(directory);
            }
        } catch (IOException | IllegalArgumentException e) {
            return new Outcome.Skipped(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Skipped("it was interrupted");
        }
    }

    private static void writeRequest(Path file, Instrument instrument, KernelSource source,
            KernelSignature signature, long[] axes, Duration limit) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.writeLong(limit.toMillis());
            out.writeUTF(WorkerCommand.providerName(instrument.device()));
            out.writeInt(WorkerCommand.deviceIndex(instrument.device()));
            TrialCodec.writeSignature(out, signature);
            // A source goes the way of a binary: bytes with their format and plan.
            TrialCodec.writeBinary(out, new KernelBinary(source.language(),
                    source.text().getBytes(StandardCharsets.UTF_8), source.plan(), ""));
            TrialCodec.writeAxes(out, axes);
        }
    }

    private static Outcome run(WorkerCommand command, WorkerLimits limits, Instrument instrument, Path directory,
            Duration limit) throws IOException, InterruptedException {
        Path output = directory.resolve(OUTPUT_FILE);
        Sandbox.Available available = Sandbox.require(Isolation.atLeast(limits.isolation()));
        ProcessBuilder builder = new ProcessBuilder(Sandbox.wrap(new Sandbox.Request(available.level(), directory,
                command.readable(), command.devices()), command.line())).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().retainAll(command.variables());
        builder.environment().putAll(Map.of("HOME", directory.toString(), "TMPDIR", directory.toString()));
        builder.environment().putAll(instrument.environment());
        Process process = builder.start();
        boolean ended;
        try {
            process.getOutputStream().close();
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        String said = text(output);
        // What was found before the end counts, whatever the end was.
        Optional<Instrument.Fault> fault = instrument.faultIn(said);
        if (fault.isPresent()) {
            return new Outcome.Faulty(fault.get());
        }
        if (!ended) {
            return new Outcome.Skipped("it did not end within " + limit.toSeconds() + " s");
        }
        return process.exitValue() == 0
                ? new Outcome.Clean()
                : new Outcome.Skipped("it ended with code " + process.exitValue() + ": " + lastLine(said));
    }

    private static String lastLine(String said) {
        return said.lines().filter(line -> !line.isBlank()).reduce((first, second) -> second)
                .orElse("nothing was said");
    }

    private static String text(Path output) throws IOException {
        try (InputStream in = Files.newInputStream(output)) {
            return new String(in.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
        }
    }
}
