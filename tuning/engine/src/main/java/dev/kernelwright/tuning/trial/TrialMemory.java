package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The child's view of the file that its tensors lie in: mapped, and mapped anew when the parent has made it larger.
 *
 * <p>For a device with memory of its own the file has a mirror there, guard bands and all, which is brought up to date
 * before launches and copied back after them, so that the parent checks the same bytes for every device.
 */
final class TrialMemory {
    private final Path file;
    private final Backend backend;
    private final DeviceStream stream;
    private MemorySegment mapped = MemorySegment.NULL;
    private @Nullable Mirror mirror;

    TrialMemory(Path file, Backend backend, DeviceStream stream) {
        this.file = file;
        this.backend = backend;
        this.stream = stream;
    }

    /** The file's counterpart in the device's memory, and what it lives as long as. */
    private static final class Mirror implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final Tensor tensor;

        Mirror(Backend backend, long byteSize) {
            tensor = backend.allocate(arena, DType.F32, byteSize / Float.BYTES);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** Makes the first bytes of the file, a multiple of 4, accessible; host tensors from before stay valid. */
    void require(long byteSize) throws IOException {
        if (mapped.byteSize() < byteSize) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                // Mapped until the process ends: the parent enlarges the file a few times at most.
                MemorySegment segment = channel.map(MapMode.READ_WRITE, 0, byteSize, Arena.global());
                mapped = asPlainSegment(segment);
            }
        }
        if (backend.memorySpace() != MemorySpace.HOST
                && (mirror == null || mirror.tensor.byteSize() < mapped.byteSize())) {
            if (mirror != null) {
                mirror.close();
                mirror = null;
                freeWhatIsKept();
            }
            try {
                mirror = new Mirror(backend, mapped.byteSize());
            } catch (IllegalStateException e) {
                throw new NoMemoryException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Else the device would hold the mirror before and the one that follows it, for which the parent has not borrowed. */
    private void freeWhatIsKept() {
        if (backend.capabilities().contains(Capability.MEMORY_LEASE)) {
            long limit = backend.memory().limitBytes();
            backend.memory().limit(0);
            backend.memory().limit(limit);
        }
    }

    /**
     * A mapped segment has a class of its own. Kernels must meet one class only, the one they will meet in the
     * application, or HotSpot compiles their accesses for both.
     */
    @SuppressWarnings("restricted") // the memory is that of the segment, which lives as long as the process
    private static MemorySegment asPlainSegment(MemorySegment segment) {
        return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    }

    /** Returns a tensor of exactly the region's size, where kernels can use it. */
    Tensor tensor(long base, BufferLayout.Region region, DType dtype, long... shape) {
        long offset = base + region.offset();
        return mirror == null
                ? Tensor.wrap(mapped.asSlice(offset, Tensor.byteSize(dtype, shape)), dtype, shape)
                : Tensor.over(mirror.tensor.memory(), mirror.tensor.offsetBytes() + offset, dtype, shape);
    }

    /** Lets launches see what the parent has written to the first bytes of the file. */
    void beforeLaunches(long byteSize) {
        if (mirror != null) {
            copyToDevice(mirror, 0, byteSize);
            stream.synchronize();
        }
    }

    /**
     * Lets a launch see what the parent has written around the inputs, which are where the launch before has left them: the
     * parent has found them unchanged in the file, and they would be most of what is copied.
     */
    void beforeLaunchOnSameInputs(BufferLayout layout, int inputs) {
        if (mirror != null) {
            long position = 0;
            for (BufferLayout.Region input : layout.buffers().subList(0, inputs)) {
                copyToDevice(mirror, position, Math.ceilDiv(input.offset(), Float.BYTES) * Float.BYTES);
                position = input.end() / Float.BYTES * Float.BYTES;
            }
            copyToDevice(mirror, position, layout.byteSize());
            stream.synchronize();
        }
    }

    private void copyToDevice(Mirror target, long start, long end) {
        backend.copy(stream, slice(onHost(end), start, end), slice(target.tensor, start, end));
    }

    /** Lets the parent see what launches have written to the first bytes. */
    void afterLaunches(long byteSize) {
        if (mirror != null) {
            backend.copy(stream, slice(mirror.tensor, 0, byteSize), onHost(byteSize));
            stream.synchronize();
        }
    }

    private Tensor onHost(long byteSize) {
        return Tensor.wrap(mapped.asSlice(0, byteSize), DType.F32, byteSize / Float.BYTES);
    }

    private static Tensor slice(Tensor tensor, long start, long end) {
        return tensor.slice(start / Float.BYTES, (end - start) / Float.BYTES);
    }
}
