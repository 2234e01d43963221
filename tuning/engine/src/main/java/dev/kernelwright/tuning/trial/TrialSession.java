package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.trial.TrialProtocol.Command;
import dev.kernelwright.tuning.trial.TrialProtocol.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** What a child has open: the device, the kernels and the memory; answers one request after the other. */
final class TrialSession {
    private final Path memoryFile;
    private final Map<Integer, Kernel> kernels = new HashMap<>();
    private @Nullable Device device;

    TrialSession(Path memoryFile) {
        this.memoryFile = memoryFile;
    }

    private record Device(Backend backend, DeviceStream stream, LaunchClock clock, TrialMemory memory) {}

    /** A loaded kernel; settled once it has been timed. */
    private static final class Kernel {
        private final int number;
        private final KernelSignature signature;
        private final LoadedKernel loaded;
        private boolean settled;

        Kernel(int number, KernelSignature signature, LoadedKernel loaded) {
            this.number = number;
            this.signature = signature;
            this.loaded = loaded;
        }
    }

    /** Calls into a kernel's own code, or into a backend on behalf of one. */
    @FunctionalInterface
    private interface KernelCall<T> {
        T call() throws KernelRejectedException;
    }

    /** Answers a request; whatever happens, there is a reply. */
    byte[] answer(byte[] request) {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(reply);
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(request));
            long number = in.readLong();
            out.writeLong(number);
            try {
                out.writeUTF(Status.DONE.name());
                answer(Command.valueOf(in.readUTF()), in, out);
            } catch (KernelRejectedException e) {
                reply.reset();
                out.writeLong(number);
                out.writeUTF(Status.REJECTED.name());
                out.writeUTF(e.reason().name());
                out.writeUTF(shorten(String.valueOf(e.getMessage())));
            } catch (KernelFailedException e) {
                reply.reset();
                out.writeLong(number);
                out.writeUTF(Status.KERNEL_FAILED.name());
                out.writeInt(e.kernel);
                out.writeBoolean(e.getCause() instanceof IndexOutOfBoundsException);
                out.writeUTF(shorten(String.valueOf(e.getCause())));
            } catch (IOException | RuntimeException | Error e) {
                reply.reset();
                out.writeLong(number);
                out.writeUTF(Status.BROKEN.name());
                out.writeUTF(shorten(e instanceof IOException || e instanceof IllegalArgumentException
                        ? String.valueOf(e.getMessage())
                        : e.toString()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot be written to", e);
        }
        return reply.toByteArray();
    }

    private void answer(Command command, DataInputStream in, DataOutputStream out)
            throws IOException, KernelRejectedException, KernelFailedException {
        switch (command) {
            case OPEN -> open(in.readUTF(), in.readInt(), in.readUTF(), in.readInt());
            case LOAD -> {
                int number = in.readInt();
                KernelSignature signature = TrialCodec.readSignature(in);
                KernelBinary binary = TrialCodec.readBinary(in);
                // Loading may run code of the kernel's: its static initialisers.
                kernels.put(number, new Kernel(number, signature,
                        guarded(number, () -> device().backend.load(binary, signature))));
            }
            case LOAD_BASELINE -> {
                int number = in.readInt();
                KernelSignature signature = TrialCodec.readSignature(in);
                Backend backend = device().backend;
                Optional<LoadedKernel> baseline = in.readBoolean()
                        ? Optional.of(backend.load(TrialCodec.readBinary(in), signature))
                        : backend.baseline(signature);
                baseline.ifPresent(loaded -> kernels.put(number, new Kernel(number, signature, loaded)));
                out.writeBoolean(baseline.isPresent());
            }
            case REPORT -> {
                Kernel kernel = kernel(in.readInt());
                out.writeUTF(shorten(guarded(kernel.number, kernel.loaded::report)));
            }
            case WORKSPACE -> {
                Kernel kernel = kernel(in.readInt());
                long[] axes = TrialCodec.readAxes(in);
                out.writeLong(guarded(kernel.number, () -> kernel.loaded.workspaceBytes(axes)));
            }
            case RUN -> {
                Kernel kernel = kernel(in.readInt());
                long[] axes = TrialCodec.readAxes(in);
                BufferLayout layout = TrialCodec.readLayout(in);
                Launches launches = launches(kernel, axes, layout, 0, 1);
                if (in.readBoolean()) {
                    device().memory.beforeLaunchOnSameInputs(layout, kernel.signature.inputs().size());
                } else {
                    device().memory.beforeLaunches(layout.byteSize());
                }
                launches.runOnce();
                takeBack(kernel, layout.byteSize());
            }
            case REPEAT -> {
                Kernel kernel = kernel(in.readInt());
                long[] axes = TrialCodec.readAxes(in);
                BufferLayout layout = TrialCodec.readLayout(in);
                int sets = in.readInt();
                Launches launches = launches(kernel, axes, layout, 0, sets);
                launches.nanosOf(in.readLong());
                launches.finish();
                takeBack(kernel, sets * layout.byteSize());
            }
            case TIME -> TrialCodec.writeTimes(out, time(TrialCodec.readTimingRequest(in)));
            case UNLOAD -> {
                Kernel kernel = kernel(in.readInt());
                kernels.remove(kernel.number);
                guarded(kernel.number, () -> {
                    kernel.loaded.close();
                    return true;
                });
            }
        }
    }

    private void open(String providerName, int deviceIndex, String model, int threads) {
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            if (provider.name().equals(providerName)) {
                Backend backend = provider.open(deviceIndex, new BlockPool(threads));
                if (!backend.device().model().equals(model)) {
                    // Devices are numbered as a driver finds them, and it may find others without the environment.
                    throw new IllegalArgumentException("the device " + backend.device().name() + " is "
                            + backend.device().model() + " in a trial worker and " + model + " outside: let the backend"
                            + " name the environment variable that makes the difference");
                }
                DeviceStream stream = backend.newStream();
                device = new Device(backend, stream, LaunchClock.of(backend, stream),
                        new TrialMemory(memoryFile, backend, stream));
                return;
            }
        }
        throw new IllegalArgumentException("no BackendProvider is called '" + providerName + "'");
    }

    private Device device() {
        if (device == null) {
            throw new IllegalStateException("a kernel was asked for before a device was opened");
        }
        return device;
    }

    private Kernel kernel(int number) {
        Kernel kernel = kernels.get(number);
        if (kernel == null) {
            throw new IllegalStateException("the kernel " + number + " was asked for, but the loaded ones are "
                    + kernels.keySet());
        }
        return kernel;
    }

    /** Whatever is thrown, but for a rejection, is the kernel's failure. */
    private static <T> T guarded(int kernel, KernelCall<T> call) throws KernelRejectedException, KernelFailedException {
        try {
            return call.call();
        } catch (RuntimeException | Error e) {
            throw new KernelFailedException(kernel, e);
        }
    }

    private TrialTimes time(TimingRequest request) throws IOException, KernelFailedException {
        Kernel kernel = kernel(request.kernel());
        boolean inTurn = request.baseline() != TimingRequest.NONE;
        long bytes = request.totalBytes();
        device().memory.require(bytes);
        Launches launches = launches(kernel, request.axes(), request.layout(), 0, request.sets());
        @Nullable Launches baseline = inTurn
                ? launches(kernel(request.baseline()), request.axes(), request.layout(), request.sets(), request.sets())
                : null;
        device().memory.beforeLaunches(bytes);
        TrialTimes times = new Stopwatch(request).time(launches, baseline);
        launches.finish();
        takeBack(kernel, bytes);
        kernel.settled = true;
        if (inTurn) {
            kernel(request.baseline()).settled = true;
        }
        return times;
    }

    /** Makes the results of launches visible to the parent. What a device finds wrong only then is the kernel's fault. */
    private void takeBack(Kernel kernel, long bytes) throws KernelFailedException {
        try {
            device().memory.afterLaunches(bytes);
        } catch (RuntimeException | Error e) {
            throw new KernelFailedException(kernel.number, e);
        }
    }

    private Launches launches(Kernel kernel, long[] axes, BufferLayout layout, int firstSet, int sets)
            throws IOException {
        KernelSignature signature = kernel.signature;
        List<BufferSpec> buffers = signature.buffers();
        TrialMemory memory = device().memory;
        memory.require((firstSet + sets) * layout.byteSize());
        LaunchArguments[] turns = new LaunchArguments[sets * sets];
        for (int turn = 0; turn < turns.length; turn++) {
            long inputBase = (firstSet + Launches.inputSet(turn, sets)) * layout.byteSize();
            long outputBase = (firstSet + Launches.outputSet(turn, sets)) * layout.byteSize();
            turns[turn] = new LaunchArguments(buffers.size(), axes.length);
            System.arraycopy(axes, 0, turns[turn].axes(), 0, axes.length);
            for (int i = 0; i < buffers.size(); i++) {
                BufferSpec buffer = buffers.get(i);
                turns[turn].setBuffer(i, memory.tensor(buffer.output() ? outputBase : inputBase,
                        layout.buffers().get(i), buffer.dtype(), signature.shape(buffer, axes)));
            }
            BufferLayout.Region workspace = layout.workspace();
            turns[turn].setWorkspace(memory.tensor(outputBase, workspace, DType.F32,
                    workspace.byteSize() / Float.BYTES));
        }
        return new Launches(kernel.number, kernel.loaded, device().stream, device().clock, sets, turns,
                kernel.settled);
    }

    private static String shorten(String message) {
        return message.length() <= TrialProtocol.MAX_MESSAGE_CHARS
                ? message
                : message.substring(0, TrialProtocol.MAX_MESSAGE_CHARS) + " ...";
    }
}
