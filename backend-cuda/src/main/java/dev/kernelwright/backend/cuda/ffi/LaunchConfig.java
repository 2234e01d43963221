package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.CudaStructs.LAUNCH_ATTRIBUTE;
import static dev.kernelwright.backend.cuda.ffi.CudaStructs.LAUNCH_CONFIG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How a function is launched, where a grid and a block do not say it all: a {@code CUlaunchConfig} in native memory.
 *
 * <p>Used again from launch to launch; setting a value allocates nothing. Not safe for use from several threads.
 */
public final class LaunchConfig {
    private static final long GRID = CudaStructs.offset(LAUNCH_CONFIG, "gridDimX");
    private static final long BLOCK = CudaStructs.offset(LAUNCH_CONFIG, "blockDimX");
    private static final long SHARED = CudaStructs.offset(LAUNCH_CONFIG, "sharedMemBytes");
    private static final long STREAM = CudaStructs.offset(LAUNCH_CONFIG, "hStream");
    private static final long ATTRIBUTES = CudaStructs.offset(LAUNCH_CONFIG, "attrs");
    private static final long COUNT = CudaStructs.offset(LAUNCH_CONFIG, "numAttrs");
    private static final long ID = CudaStructs.offset(LAUNCH_ATTRIBUTE, "id");
    private static final long CLUSTER = CudaStructs.offset(LAUNCH_ATTRIBUTE, "value", "clusterDim");
    private static final long COOPERATIVE = CudaStructs.offset(LAUNCH_ATTRIBUTE, "value", "cooperative");
    private static final long SERIALIZATION = CudaStructs.offset(LAUNCH_ATTRIBUTE, "value",
            "programmaticStreamSerializationAllowed");
    private static final int MAX_ATTRIBUTES = 3;

    private final MemorySegment config;
    private final MemorySegment attributes;
    private int attributeCount;

    /** Creates one that launches a single thread, in memory that lives as long as the arena. */
    public LaunchConfig(Arena arena) {
        config = arena.allocate(LAUNCH_CONFIG);
        attributes = arena.allocate(LAUNCH_ATTRIBUTE, MAX_ATTRIBUTES);
        config.set(ValueLayout.JAVA_LONG, ATTRIBUTES, attributes.address());
        grid(1, 1, 1);
        block(1, 1, 1);
    }

    /** Sets the number of blocks, a multiple of the cluster's in each dimension. */
    public void grid(int x, int y, int z) {
        setThree(config, GRID, x, y, z);
    }

    /** Sets the number of threads of a block. */
    public void block(int x, int y, int z) {
        setThree(config, BLOCK, x, y, z);
    }

    /** Sets the dynamic shared memory of a block. */
    public void sharedBytes(int bytes) {
        config.set(ValueLayout.JAVA_INT, SHARED, bytes);
    }

    /** Sets the stream. */
    public void stream(long stream) {
        config.set(ValueLayout.JAVA_LONG, STREAM, stream);
    }

    /** Launches in clusters of so many blocks from now on. */
    public void cluster(int x, int y, int z) {
        MemorySegment attribute = attribute(CudaConstants.CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION);
        setThree(attribute, CLUSTER, x, y, z);
    }

    /** Launches cooperatively from now on: all blocks run at a time and may wait for each other. */
    public void cooperative() {
        attribute(CudaConstants.CU_LAUNCH_ATTRIBUTE_COOPERATIVE).set(ValueLayout.JAVA_INT, COOPERATIVE, 1);
    }

    /** Lets a launch begin before the one ahead of it has ended; the kernel itself waits for what it needs of it. */
    public void overlapping() {
        attribute(CudaConstants.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION).set(ValueLayout.JAVA_INT,
                SERIALIZATION, 1);
    }

    /** Returns what {@link DriverLaunches#launch(MemorySegment, long, MemorySegment)} takes. */
    public MemorySegment segment() {
        return config;
    }

    /** Returns the attribute of an id, added if it is not among those that are set. */
    private MemorySegment attribute(int id) {
        long size = LAUNCH_ATTRIBUTE.byteSize();
        for (int i = 0; i < attributeCount; i++) {
            if (attributes.get(ValueLayout.JAVA_INT, i * size + ID) == id) {
                return attributes.asSlice(i * size, size);
            }
        }
        MemorySegment added = attributes.asSlice(attributeCount * size, size);
        added.set(ValueLayout.JAVA_INT, ID, id);
        attributeCount++;
        config.set(ValueLayout.JAVA_INT, COUNT, attributeCount);
        return added;
    }

    private static void setThree(MemorySegment segment, long offset, int x, int y, int z) {
        segment.set(ValueLayout.JAVA_INT, offset, x);
        segment.set(ValueLayout.JAVA_INT, offset + 4, y);
        segment.set(ValueLayout.JAVA_INT, offset + 8, z);
    }
}
