package dev.kernelwright.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A dense, row-major, immutable view of elements in native host memory or in a device's memory.
 *
 * <p>A tensor never owns anything that must be closed: its memory belongs to the {@link Arena} or the
 * {@link DeviceMemory} it was made from and lives exactly as long. Shape and type are fixed; {@link #slice} and
 * {@link #reshape} make further views of the same memory. Instances may be shared between threads; ordering reads and
 * writes of the elements is the caller's duty.
 *
 * <p>Host memory must be native and not confined to a thread, because kernels run on a pool and because kernels that
 * meet heap and native segments in one JVM run at a third of their speed.
 */
public final class Tensor {
    /** Alignment of tensors allocated here in bytes: a cache line, and the widest vector in use. */
    public static final long ALIGNMENT_BYTES = 64;

    /** Never started; stands for "some other thread" when a segment's owner is checked. */
    private static final Thread OTHER_THREAD = Thread.ofPlatform().unstarted(() -> {});

    private final DType dtype;
    private final long[] shape;
    private final @Nullable MemorySegment segment;
    private final @Nullable DeviceMemory memory;
    private final long address;
    private final long offsetBytes;
    private final long byteSize;

    private Tensor(DType dtype, long[] shape, @Nullable MemorySegment segment, @Nullable DeviceMemory memory,
            long offsetBytes, long byteSize) {
        this.dtype = dtype;
        this.shape = shape;
        this.segment = segment;
        this.memory = memory;
        this.offsetBytes = offsetBytes;
        this.byteSize = byteSize;
        this.address = (segment != null ? segment.address() : memory != null ? memory.handle() : 0) + offsetBytes;
    }

    /** Allocates a zeroed host tensor that the garbage collector frees. */
    public static Tensor allocate(DType dtype, long... shape) {
        return allocate(Arena.ofAuto(), dtype, shape);
    }

    /**
     * Allocates a zeroed host tensor that lives as long as the arena.
     *
     * @throws IllegalArgumentException if a dimension is negative, the size overflows, or the arena is confined
     */
    public static Tensor allocate(Arena arena, DType dtype, long... shape) {
        long bytes = byteSize(dtype, shape);
        // An empty segment keeps the arena's scope, so that use after close is still detected.
        return wrap(arena.allocate(Math.max(bytes, 1), ALIGNMENT_BYTES).asSlice(0, bytes), dtype, shape);
    }

    /** Allocates a host tensor that the garbage collector frees and copies the values, one for each element, into it. */
    public static Tensor of(float[] values, long... shape) {
        Tensor tensor = allocate(DType.F32, shape);
        requireCount(values.length, tensor);
        MemorySegment.copy(values, 0, tensor.segment(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return tensor;
    }

    /** Allocates a host tensor that the garbage collector frees and copies the values, one for each element, into it. */
    public static Tensor of(int[] values, long... shape) {
        Tensor tensor = allocate(DType.I32, shape);
        requireCount(values.length, tensor);
        MemorySegment.copy(values, 0, tensor.segment(), ValueLayout.JAVA_INT, 0, values.length);
        return tensor;
    }

    /**
     * Wraps native memory that the application owns; nothing is copied.
     *
     * @throws IllegalArgumentException if the segment is on the heap, confined to a thread, read-only, misaligned for
     *         the type, or not exactly as large as the shape asks for
     */
    public static Tensor wrap(MemorySegment segment, DType dtype, long... shape) {
        long bytes = byteSize(dtype, shape);
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a tensor was asked for over a heap segment, which kernels cannot take:"
                    + " allocate it from an Arena, or copy the array with Tensor.of");
        }
        if (!segment.isAccessibleBy(OTHER_THREAD)) {
            throw new IllegalArgumentException("a tensor was asked for over a segment confined to one thread, but"
                    + " kernels run on a pool: allocate it from Arena.ofShared, ofAuto or global");
        }
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException("a tensor was asked for over a read-only segment: pass the segment it"
                    + " was made from, or map the file with READ_WRITE or PRIVATE");
        }
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException("a tensor " + describe(dtype, shape) + " needs " + bytes
                    + " bytes, but the segment has " + segment.byteSize() + ": pass a slice of exactly that size");
        }
        if (segment.address() % dtype.byteSize() != 0) {
            throw new IllegalArgumentException("a tensor " + describe(dtype, shape) + " needs an address that is a"
                    + " multiple of " + dtype.byteSize() + ", but the segment starts at 0x"
                    + Long.toHexString(segment.address()) + ": align it (64 bytes is best)");
        }
        return new Tensor(dtype, shape.clone(), segment, null, 0, bytes);
    }

    /**
     * Makes a tensor over a region of a device's memory; nothing is copied.
     *
     * @throws IllegalArgumentException if the region is smaller than offset and shape ask for, or the offset is not a
     *         multiple of the element's size
     */
    public static Tensor over(DeviceMemory memory, long offsetBytes, DType dtype, long... shape) {
        long bytes = byteSize(dtype, shape);
        if (offsetBytes < 0 || offsetBytes > memory.byteSize() - bytes) {
            throw new IllegalArgumentException("a tensor " + describe(dtype, shape) + " needs " + bytes
                    + " bytes from byte " + offsetBytes + " on, but the device memory has " + memory.byteSize()
                    + ": allocate more, or pass another offset");
        }
        if (offsetBytes % dtype.byteSize() != 0) {
            throw new IllegalArgumentException("a tensor " + describe(dtype, shape) + " needs an offset that is a"
                    + " multiple of " + dtype.byteSize() + ", but was given " + offsetBytes + ": align it (64 bytes is"
                    + " best)");
        }
        return new Tensor(dtype, shape.clone(), null, memory, offsetBytes, bytes);
    }

    /** Returns the element type. */
    public DType dtype() {
        return dtype;
    }

    /** Returns the number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** Returns the extent of one dimension. */
    public long dim(int dimension) {
        return shape[dimension];
    }

    /** Returns a copy of the shape. */
    public long[] shape() {
        return shape.clone();
    }

    /** Returns the number of elements. */
    public long elementCount() {
        return byteSize / dtype.byteSize();
    }

    /** Returns the size in bytes. */
    public long byteSize() {
        return byteSize;
    }

    /** Returns the space the elements are in. */
    public MemorySpace space() {
        return memory == null ? MemorySpace.HOST : memory.space();
    }

    /**
     * Returns the host memory of the elements, exactly {@link #byteSize()} long.
     *
     * @throws IllegalStateException if the tensor is in a device's memory
     */
    public MemorySegment segment() {
        if (segment == null) {
            throw new IllegalStateException("the elements of " + this + " were asked for on the host, but they are in"
                    + " the memory of " + space() + ": copy the tensor to the host first");
        }
        return segment;
    }

    /**
     * Returns the device memory this tensor is a view of.
     *
     * @throws IllegalStateException if the tensor is in host memory
     */
    public DeviceMemory memory() {
        if (memory == null) {
            throw new IllegalStateException("the device memory of " + this + " was asked for, but it is in host memory:"
                    + " copy the tensor to the device first");
        }
        return memory;
    }

    /** Returns the offset of the first element in {@link #memory()} in bytes, 0 for a host tensor. */
    public long offsetBytes() {
        return offsetBytes;
    }

    /** Returns whether the memory behind the tensor has not been freed. */
    public boolean isAlive() {
        return segment != null ? segment.scope().isAlive() : memory == null || memory.isAlive();
    }

    /** Returns whether the two tensors share at least one byte. */
    public boolean overlaps(Tensor other) {
        return byteSize != 0 && other.byteSize != 0 && address < other.address + other.byteSize
                && other.address < address + byteSize && sameRegion(other);
    }

    @SuppressWarnings("ReferenceEquality") // a region is itself only
    private boolean sameRegion(Tensor other) {
        // Addresses are comparable on the host; a device's handle plus offset is comparable within one region only,
        // because the handle need not be an address.
        return memory == null ? other.memory == null : memory == other.memory;
    }

    /**
     * Returns a view of {@code count} entries of the first dimension, beginning at {@code start}.
     *
     * @throws IndexOutOfBoundsException if they are not all within the first dimension
     */
    public Tensor slice(long start, long count) {
        if (shape.length == 0 || start < 0 || count < 0 || start > shape[0] - count) {
            throw new IndexOutOfBoundsException("a slice of " + count + " entries from entry " + start + " of " + this
                    + " was asked for: stay within its first dimension");
        }
        long[] sliced = shape.clone();
        sliced[0] = count;
        long rowBytes = shape[0] == 0 ? 0 : byteSize / shape[0];
        return view(sliced, start * rowBytes, count * rowBytes);
    }

    /**
     * Returns a view with another shape of the same number of elements.
     *
     * @throws IllegalArgumentException if the number of elements differs
     */
    public Tensor reshape(long... newShape) {
        if (byteSize(dtype, newShape) != byteSize) {
            throw new IllegalArgumentException("a reshape of " + this + " to " + Arrays.toString(newShape)
                    + " was asked for: the number of elements must stay " + elementCount());
        }
        return view(newShape.clone(), 0, byteSize);
    }

    private Tensor view(long[] newShape, long startBytes, long newByteSize) {
        return segment != null
                ? new Tensor(dtype, newShape, segment.asSlice(startBytes, newByteSize), null, 0, newByteSize)
                : new Tensor(dtype, newShape, null, memory, offsetBytes + startBytes, newByteSize);
    }

    /** Returns a copy of the elements of an {@code f32} host tensor. */
    public float[] toFloatArray() {
        requireType(DType.F32);
        return segment().toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Returns a copy of the elements of an {@code i32} host tensor. */
    public int[] toIntArray() {
        requireType(DType.I32);
        return segment().toArray(ValueLayout.JAVA_INT);
    }

    /** Returns type and shape, for example {@code f32[4, 4096]}. */
    @Override
    public String toString() {
        return describe(dtype, shape);
    }

    /**
     * Returns the size in bytes of a tensor.
     *
     * @throws IllegalArgumentException if a dimension is negative or the size does not fit a {@code long}
     */
    public static long byteSize(DType dtype, long... shape) {
        long bytes = dtype.byteSize();
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("a tensor " + describe(dtype, shape)
                        + " was asked for, but a dimension is negative: every dimension must be at least 0");
            }
        }
        try {
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a tensor " + describe(dtype, shape)
                    + " was asked for, but its size does not fit 63 bits: use smaller dimensions", e);
        }
        return bytes;
    }

    private static String describe(DType dtype, long[] shape) {
        return dtype.id() + Arrays.toString(shape);
    }

    private void requireType(DType wanted) {
        if (dtype != wanted) {
            throw new IllegalStateException("the elements of " + this + " were asked for as " + wanted
                    + ": read segment() with the layout of " + dtype);
        }
    }

    private static void requireCount(int count, Tensor tensor) {
        if (count != tensor.elementCount()) {
            throw new IllegalArgumentException("a tensor " + tensor + " needs " + tensor.elementCount()
                    + " values, but the array has " + count + ": pass one value for each element");
        }
    }
}
