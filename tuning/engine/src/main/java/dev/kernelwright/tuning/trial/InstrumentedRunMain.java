package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

/**
 * The process that runs a kernel once under an instrument. It compiles the kernel's source, since the device may be a
 * simulated one with a compiler of its own, and gives each tensor memory of its own, of exactly its size.
 *
 * <p>It judges nothing: what the instrument prints is read by the parent.
 */
public final class InstrumentedRunMain {
    static final String REQUEST_FILE = "request";
    /** The kernel cannot be run on the instrument's device, which says nothing of it. */
    static final int REFUSED = 3;

    private InstrumentedRunMain() {}

    /** Runs what the file in the working directory asks for. */
    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) {
        int exitCode = 0;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(Path.of(REQUEST_FILE)))) {
            endAfter(Duration.ofMillis(in.readLong()));
            run(in);
        } catch (KernelRejectedException | IOException | RuntimeException e) {
            System.out.println(e.getMessage());
            exitCode = REFUSED;
        }
        System.out.flush();
        // Not exit: a kernel may have installed hooks.
        Runtime.getRuntime().halt(exitCode);
    }

    /** The parent ends this process at its deadline; should it be dead, this does. */
    private static void endAfter(Duration limit) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(limit);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(REFUSED);
        });
    }

    private static void run(DataInputStream in) throws IOException, KernelRejectedException {
        String provider = in.readUTF();
        int device = in.readInt();
        KernelSignature signature = TrialCodec.readSignature(in);
        KernelBinary request = TrialCodec.readBinary(in);
        long[] axes = TrialCodec.readAxes(in);
        KernelSource source = new KernelSource(request.format(),
                new String(request.bytes(), StandardCharsets.UTF_8), request.plan(), Map.of());
        try (BlockPool pool = new BlockPool(1); Backend backend = open(provider, device, pool)) {
            KernelBinary binary = backend.compile(source, signature);
            try (LoadedKernel kernel = backend.load(binary, signature);
                    DeviceStream stream = backend.newStream();
                    Arena arena = Arena.ofShared()) {
                launch(backend, kernel, stream, arena, signature, axes);
                stream.synchronize();
            }
        }
    }

    private static Backend open(String name, int device, BlockPool pool) throws IOException {
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            if (provider.name().equals(name)) {
                return provider.open(device, pool);
            }
        }
        throw new IOException("no BackendProvider is called '" + name + "'");
    }

    private static void launch(Backend backend, LoadedKernel kernel, DeviceStream stream, Arena arena,
            KernelSignature signature, long[] axes) {
        LaunchArguments arguments = new LaunchArguments(signature.buffers().size(), axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < signature.buffers().size(); i++) {
            BufferSpec spec = signature.buffers().get(i);
            Tensor tensor = backend.allocate(arena, spec.dtype(), signature.shape(spec, axes));
            arguments.setBuffer(i, tensor);
            if (!spec.output()) {
                Tensor host = tensor.space() == MemorySpace.HOST
                        ? tensor
                        : Tensor.allocate(arena, spec.dtype(), tensor.shape());
                long limit = spec.indexLimit() == null ? 100 : signature.evaluate(spec.indexLimit(), axes);
                fill(host, random, limit);
                backend.copy(stream, host, tensor);
            }
        }
        long workspaceBytes = kernel.workspaceBytes(axes);
        if (workspaceBytes > 0) {
            arguments.setWorkspace(backend.allocate(arena, DType.F32, Math.ceilDiv(workspaceBytes, Float.BYTES)));
        }
        kernel.launch(stream, arguments);
    }

    private static void fill(Tensor tensor, SplittableRandom random, long limit) {
        for (long i = 0; i < tensor.elementCount(); i++) {
            float value = (float) random.nextGaussian();
            switch (tensor.dtype()) {
                case F32 -> tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                case F16 -> tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
                case BF16 -> tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, i,
                        (short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
                case I32 -> tensor.segment().setAtIndex(ValueLayout.JAVA_INT, i, (int) random.nextLong(limit));
            }
        }
    }
}
