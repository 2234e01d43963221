package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import dev.kernelwright.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;

/** The contract of backends, kept by OpenCL's first device here. */
class OpenClContractTest extends BackendContract {
    private final List<Long> buffers = new ArrayList<>();
    private final List<Long> queues = new ArrayList<>();

    @Override
    protected BackendProvider provider() {
        return new OpenClBackendProvider();
    }

    @Override
    protected Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(Capability.GRAPHS));
    }

    @Override
    protected Path kernels() {
        return Path.of("src/test/resources/contract");
    }

    @Override
    protected Set<String> versionFields() {
        return Set.of("driver");
    }

    /** With a loader that finds no platform. */
    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of("OCL_ICD_VENDORS", "/nonexistent", "OCL_ICD_FILENAMES", ""), List.of(),
                Set.of("libOpenCL.so"));
    }

    private static long context(Backend device) {
        try (OpenClStream stream = (OpenClStream) device.newStream()) {
            return ClQueue.info(stream.queue(), ClQueue.CL_QUEUE_CONTEXT).number();
        }
    }

    /** The application's is a queue of the same context. */
    @Override
    protected long applicationStream(Backend device) {
        long queue = ClQueue.create(context(device), OpenClDevices.find().usable().getFirst().id(), 0);
        queues.add(queue);
        return queue;
    }

    /** A tensor of the backend's own has an address, and the application's memory is a buffer. */
    @Override
    protected long applicationMemory(Backend device, Tensor tensor) {
        long buffer = ClMemory.create(context(device), ClMemory.CL_MEM_READ_WRITE, tensor.byteSize());
        buffers.add(buffer);
        return buffer;
    }

    @AfterAll
    void releaseWhatIsTheApplications() {
        buffers.forEach(ClMemory::release);
        queues.forEach(ClQueue::release);
    }

    /** Those for processors and those for graphics processors: each is right on the other too. */
    @Override
    protected Stream<KernelTemplate> templates(KernelSignature signature) {
        boolean own = OpenClDevices.find().usable().getFirst().isGpu();
        return Stream.of(own, !own).flatMap(isGpu -> KernelFiles.template(signature, isGpu).stream()).distinct();
    }
}
