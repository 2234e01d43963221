package dev.kernelwright.tuning.trial;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The child's view of the file that its tensors lie in: mapped, and mapped anew when the parent has made it larger. */
final class TrialMemory {
    private final Path file;
    private MemorySegment mapped = MemorySegment.NULL;

    TrialMemory(Path file) {
        this.file = file;
    }

    /** Makes the first bytes of the file accessible; tensors from before stay valid. */
    void require(long byteSize) throws IOException {
        if (mapped.byteSize() >= byteSize) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Mapped until the process ends: the parent enlarges the file a few times at most.
            MemorySegment segment = channel.map(MapMode.READ_WRITE, 0, byteSize, Arena.global());
            mapped = asPlainSegment(segment);
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

    /** Returns a tensor of exactly the region's size. */
    Tensor tensor(long base, BufferLayout.Region region, DType dtype, long... shape) {
        return Tensor.wrap(mapped.asSlice(base + region.offset(), Tensor.byteSize(dtype, shape)), dtype, shape);
    }
}
