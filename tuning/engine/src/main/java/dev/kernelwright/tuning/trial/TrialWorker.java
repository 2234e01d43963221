package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.trial.TrialProtocol.Command;
import dev.kernelwright.tuning.trial.TrialProtocol.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.net.ProtocolException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/**
 * The parent's side of one trial worker, which {@link TrialWorkers} starts: asks it, and kills it.
 *
 * <p>Every request has a deadline. What a kernel does wrong is a {@link KernelRejectedException} with its reason; if it
 * took the process with it or did not end in time, the worker is dead and {@link #isUsable()} says so. What is not the
 * kernel's fault, such as a baseline that fails, is an {@link IOException}.
 *
 * <p>Used by one thread; {@link #close} may be called from any, and ends what is under way.
 */
public final class TrialWorker implements AutoCloseable {
    /** What a timing may take: warm-ups and samples, and some launches of the slowest kernel that is allowed. */
    private static final Duration TIMING_TIME = Duration.ofSeconds(10);
    private static final int TIMING_LAUNCHES = 2;

    private final WorkerLimits limits;
    private final WorkerProcess process;
    private final FrameChannel channel;
    private final FileChannel memory;
    private final DeviceShare share;
    private final SecureRandom random = new SecureRandom();
    private int nextKernel;
    private int baseline = TimingRequest.NONE;
    private volatile boolean usable = true;

    /** Takes over a process that has connected, and the share that it has of the device's memory. */
    TrialWorker(WorkerLimits limits, WorkerProcess process, FrameChannel channel, Path directory, DeviceShare share)
            throws IOException {
        this.limits = limits;
        this.process = process;
        this.channel = channel;
        this.share = share;
        try {
            this.memory = FileChannel.open(directory.resolve(TrialProtocol.MEMORY_FILE), StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            WorkerDirectory.claim(memory);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Writes the arguments of a request. */
    @FunctionalInterface
    private interface Arguments {
        void write(DataOutput out) throws IOException;
    }

    /** Reads the results of a request. */
    @FunctionalInterface
    private interface Results<T> {
        T read(DataInput in) throws IOException;

        /** There are none. */
        static Boolean none(DataInput in) {
            return true;
        }
    }

    /**
     * Opens the backend's device in the process.
     *
     * @param threads how many threads run blocks
     */
    void open(Backend backend, int threads, Deadline deadline) throws IOException {
        trustedRequest("the device " + backend.device().name(), Command.OPEN, deadline, out -> {
            out.writeUTF(WorkerCommand.providerName(backend.device().name()));
            out.writeInt(WorkerCommand.deviceIndex(backend.device().name()));
            out.writeUTF(backend.device().model());
            out.writeInt(threads);
        }, Results::none);
    }

    /**
     * Loads a kernel.
     *
     * @return the number by which it is called from now on
     * @throws KernelRejectedException if the backend does not accept it or fails to load it
     */
    public int load(KernelSignature signature, KernelBinary binary, Deadline deadline)
            throws KernelRejectedException, IOException {
        int kernel = nextKernel++;
        try {
            request(Command.LOAD, deadline.earlier(Deadline.after(limits.kernelTime())), out -> {
                out.writeInt(kernel);
                TrialCodec.writeSignature(out, signature);
                TrialCodec.writeBinary(out, binary);
            }, Results::none);
        } catch (UTFDataFormatException | IllegalArgumentException e) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN,
                    "the kernel is too large for a trial worker: " + e.getMessage());
        }
        return kernel;
    }

    /**
     * Loads the backend's baseline and returns its number, or nothing if the backend has none.
     *
     * @param binary what it was compiled to; where that is empty, the worker makes it from nothing
     */
    public OptionalInt loadBaseline(KernelSignature signature, Optional<KernelBinary> binary, Deadline deadline)
            throws IOException {
        int kernel = nextKernel++;
        boolean present = trustedRequest("the baseline", Command.LOAD_BASELINE, deadline, out -> {
            out.writeInt(kernel);
            TrialCodec.writeSignature(out, signature);
            out.writeBoolean(binary.isPresent());
            if (binary.isPresent()) {
                TrialCodec.writeBinary(out, binary.get());
            }
        }, DataInput::readBoolean);
        if (present) {
            baseline = kernel;
        }
        return present ? OptionalInt.of(kernel) : OptionalInt.empty();
    }

    /** Returns what the device says of a kernel, as a child tells it; empty if nothing. */
    public String report(int kernel, Deadline deadline) throws KernelRejectedException, IOException {
        return request(Command.REPORT, deadline.earlier(Deadline.after(limits.kernelTime())),
                out -> out.writeInt(kernel), DataInput::readUTF);
    }

    /** Returns the workspace that a launch of a kernel needs in bytes. */
    public long workspaceBytes(int kernel, long[] axes, Deadline deadline)
            throws KernelRejectedException, IOException {
        return request(Command.WORKSPACE, deadline.earlier(Deadline.after(limits.kernelTime())), out -> {
            out.writeInt(kernel);
            TrialCodec.writeAxes(out, axes);
        }, DataInput::readLong);
    }

    /** Launches a kernel once, on the buffers at the beginning of {@link #memory()}. */
    public void run(int kernel, long[] axes, BufferLayout layout, Deadline deadline)
            throws KernelRejectedException, IOException {
        run(kernel, axes, layout, false, deadline);
    }

    /** Launches a kernel once more, on buffers of which all but the inputs may have been written anew since. */
    public void runAgain(int kernel, long[] axes, BufferLayout layout, Deadline deadline)
            throws KernelRejectedException, IOException {
        run(kernel, axes, layout, true, deadline);
    }

    private void run(int kernel, long[] axes, BufferLayout layout, boolean onSameInputs, Deadline deadline)
            throws KernelRejectedException, IOException {
        share.require(layout.byteSize());
        request(Command.RUN, deadline.earlier(Deadline.after(limits.kernelTime())), out -> {
            out.writeInt(kernel);
            TrialCodec.writeAxes(out, axes);
            TrialCodec.writeLayout(out, layout);
            out.writeBoolean(onSameInputs);
        }, Results::none);
    }

    /** Launches a kernel so many times, on the sets of buffers in turn as earlier launches have left them. */
    public void repeat(int kernel, long[] axes, BufferLayout layout, int sets, long launches, Deadline deadline)
            throws KernelRejectedException, IOException {
        share.require(sets * layout.byteSize());
        request(Command.REPEAT, deadline.earlier(timingLimit()), out -> {
            out.writeInt(kernel);
            TrialCodec.writeAxes(out, axes);
            TrialCodec.writeLayout(out, layout);
            out.writeInt(sets);
            out.writeLong(launches);
        }, Results::none);
    }

    private Deadline timingLimit() {
        return Deadline.after(TIMING_TIME.plus(limits.kernelTime().multipliedBy(TIMING_LAUNCHES)));
    }

    /** Brings a kernel to its full speed and times it, on the sets of buffers in {@link #memory()}. */
    public TrialTimes time(TimingRequest request, Deadline deadline) throws KernelRejectedException, IOException {
        share.require(request.totalBytes());
        return request(Command.TIME, deadline.earlier(timingLimit()),
                out -> TrialCodec.writeTimingRequest(out, request),
                TrialCodec::readTimes);
    }

    /** Times the baseline alone; whatever goes wrong is not a candidate's fault. */
    public TrialTimes timeBaseline(TimingRequest request, Deadline deadline) throws IOException {
        try {
            share.require(request.totalBytes());
        } catch (KernelRejectedException e) {
            throw new NoMemoryException(String.valueOf(e.getMessage()));
        }
        return trustedRequest("the baseline", Command.TIME, deadline,
                out -> TrialCodec.writeTimingRequest(out, request), TrialCodec::readTimes);
    }

    /** Unloads a kernel. */
    public void unload(int kernel, Deadline deadline) throws KernelRejectedException, IOException {
        request(Command.UNLOAD, deadline.earlier(Deadline.after(limits.kernelTime())), out -> out.writeInt(kernel),
                Results::none);
    }

    /**
     * Returns the file that the child maps and its tensors lie in.
     *
     * <p>The parent reads and writes it but does not map it: what it has read cannot change while it is being judged,
     * and a child that cuts the file short cannot make the parent fault.
     */
    public FileChannel memory() {
        return memory;
    }

    /** Returns whether the worker can be asked again. */
    public boolean isUsable() {
        return usable;
    }

    /** Returns how far the worker is kept from the rest of the machine. */
    public Isolation isolation() {
        return process.isolation();
    }

    /** Returns the process id; with namespaces, that of the sandbox around the worker. */
    public long pid() {
        return process.pid();
    }

    /** Asks for what cannot be a candidate's fault. */
    private <T> T trustedRequest(String what, Command command, Deadline deadline, Arguments arguments,
            Results<T> results) throws IOException {
        try {
            return request(command, deadline, arguments, results);
        } catch (KernelRejectedException e) {
            throw new IOException(e.reason() == ReasonCode.TIMEOUT
                    ? what + " took longer in a trial worker than was left of the time: allow more"
                    : what + " failed in a trial worker: " + e.getMessage(), e);
        }
    }

    private <T> T request(Command command, Deadline deadline, Arguments arguments, Results<T> results)
            throws KernelRejectedException, IOException {
        if (!usable) {
            throw share.isRecalled()
                    ? share.recalledException()
                    : new IOException("a trial worker was used after it had died");
        }
        double allowedSeconds = deadline.remainingNanos() / 1e9;
        long number = random.nextLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(number);
            out.writeUTF(command.name());
            arguments.write(out);
        }
        byte[] reply;
        try {
            channel.send(bytes.toByteArray(), deadline);
            reply = channel.receive(TrialProtocol.MAX_REPLY_BYTES, deadline);
        } catch (TimeoutException e) {
            close();
            throw new KernelRejectedException(ReasonCode.TIMEOUT, String.format(Locale.ROOT,
                    "the kernel did not finish within %.1f s, and its trial worker was killed", allowedSeconds));
        } catch (IOException e) {
            if (share.isRecalled()) {
                throw share.recalledException();
            }
            if (!usable) {
                throw new IOException("a trial worker was closed while it was being used", e);
            }
            throw died(e instanceof ProtocolException ? "broke the protocol: " + e.getMessage() : process.obituary());
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(reply))) {
            if (in.readLong() != number) {
                throw new ProtocolException("it is not the answer to what was asked");
            }
            requireDone(in);
            return results.read(in);
        } catch (BrokenRequestException e) {
            throw e; // the child's own trouble, told in due form
        } catch (IOException | IllegalArgumentException e) {
            throw died("sent a malformed reply: " + e.getMessage());
        }
    }

    private void requireDone(DataInputStream in) throws KernelRejectedException, IOException {
        switch (Status.valueOf(in.readUTF())) {
            case DONE -> {
                return;
            }
            case REJECTED -> {
                ReasonCode reason = ReasonCode.valueOf(in.readUTF());
                if (reason == ReasonCode.ACCEPTED) {
                    throw new ProtocolException("acceptance was claimed, which is not the child's to say");
                }
                throw new KernelRejectedException(reason, in.readUTF());
            }
            case KERNEL_FAILED -> {
                boolean isBaseline = in.readInt() == baseline;
                ReasonCode reason = in.readBoolean() ? ReasonCode.OUT_OF_BOUNDS : ReasonCode.CRASHED;
                String message = "failed: " + in.readUTF();
                if (isBaseline) {
                    throw new BrokenRequestException("the baseline " + message);
                }
                throw new KernelRejectedException(reason, "the kernel " + message);
            }
            case BROKEN -> throw new BrokenRequestException(in.readUTF());
        }
    }

    /** Gives the worker up, whose kernel made it do what is described. */
    private KernelRejectedException died(String how) {
        close();
        return new KernelRejectedException(ReasonCode.CRASHED, "the kernel's trial worker died: it " + how);
    }

    /** Thrown where the child could not do what it was asked, and no kernel is to blame. */
    private static final class BrokenRequestException extends IOException {
        private static final long serialVersionUID = 1;

        BrokenRequestException(String message) {
            super(message);
        }
    }

    /** Kills the process; when this returns, it and its directory are gone. */
    @Override
    public void close() {
        usable = false;
        channel.close();
        process.close();
        share.close();
        try {
            memory.close();
        } catch (IOException e) {
            // The file is deleted already, and nothing in it is wanted.
        }
    }
}
