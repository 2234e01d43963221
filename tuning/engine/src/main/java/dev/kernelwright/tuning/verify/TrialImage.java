package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.BufferLayout;
import dev.kernelwright.tuning.trial.BufferLayout.Region;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The parent's own copy of what a set of buffers held before a launch: inputs, poisoned outputs, and guard bands.
 *
 * <p>It is written to the worker's file, and after the launch everything that a kernel may not write must be as it was.
 * The reference reads the inputs here, where no kernel can change them.
 */
final class TrialImage {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final long ELEMENTS_PER_BLOCK = 1 << 16;
    private static final int ELEMENTS_AT_ONCE = 1 << 10;
    private static final long CHANGED_INTERVAL = 64;
    private static final int POISONED_ELEMENTS = 64;
    /** The bits that make a NaN of a float, and of either half of it one of either kind of half. */
    private static final int NAN_HALVES = 0x7fc0_7fc0;

    private final KernelSignature signature;
    private final long[] axes;
    private final BufferLayout layout;
    private final BlockPool pool;
    private final SegmentAllocator allocator;
    private final MemorySegment image;
    private final List<Guard> guards = new ArrayList<>();
    private long poisonSeed;
    /** How many words lie between a buffer and the first NaN around it. */
    private int nanDistance;

    /** Creates an image in memory of the allocator; nothing in it is set yet. */
    TrialImage(KernelSignature signature, long[] axes, BufferLayout layout, BlockPool pool,
            SegmentAllocator allocator) {
        this.signature = signature;
        this.axes = axes.clone();
        this.layout = layout;
        this.pool = pool;
        this.allocator = allocator;
        this.image = allocator.allocate(layout.byteSize(), Tensor.ALIGNMENT_BYTES);
        long position = 0;
        String before = "";
        for (int i = 0; i < layout.buffers().size(); i++) {
            Region region = layout.buffers().get(i);
            String name = "'" + signature.buffers().get(i).name() + "'";
            guards.add(new Guard(position, region.offset(), before, name));
            position = region.end();
            before = name;
        }
        guards.add(new Guard(position, layout.workspace().offset(), before, "the workspace"));
        guards.add(new Guard(layout.workspace().end(), layout.byteSize(), "the workspace", ""));
    }

    /** The bytes from {@code start} to before {@code end}, which lie between two buffers. */
    private record Guard(long start, long end, String before, String behind) {}

    /** Fills the inputs; the same kind and seed give the same values. What is poisoned later depends on the kind too. */
    void fillInputs(InputKind kind, long seed) {
        nanDistance = kind == InputKind.NORMAL ? 0 : 1;
        for (int i = 0; i < signature.inputs().size(); i++) {
            fillInput(i, kind, new SecretSequence(seed).part(i));
        }
    }

    private void fillInput(int input, InputKind kind, SecretSequence numbers) {
        Elements elements = new Elements(input(input));
        long limit = indexLimit(input);
        inParallel(elements.count(), (from, to) -> {
            double[] values = new double[ELEMENTS_AT_ONCE];
            for (long at = from; at < to; at += values.length) {
                int length = (int) Math.min(values.length, to - at);
                if (limit == 0) {
                    kind.fill(numbers, at, elements.count(), elements.dtype(), values, length);
                } else {
                    for (int i = 0; i < length; i++) {
                        values[i] = InputKind.index(limit, numbers.at(at + i));
                    }
                }
                elements.write(at, values, length);
            }
        });
    }

    /** Returns the end of what an input may hold that holds indices; 0 if it holds numbers. */
    private long indexLimit(int input) {
        Expression limit = signature.buffers().get(input).indexLimit();
        return limit == null ? 0 : Math.max(1, signature.evaluate(limit, axes));
    }

    /** Gives a secret few of the inputs' elements, at least one of each, other values of the same kind. */
    void changeSomeInputs(InputKind kind, long seed) {
        for (int i = 0; i < signature.inputs().size(); i++) {
            changeSome(i, kind, new SecretSequence(seed).part(i));
        }
    }

    /** Of each interval of elements, one is chosen. */
    private void changeSome(int input, InputKind kind, SecretSequence numbers) {
        Elements elements = new Elements(input(input));
        long count = elements.count();
        long interval = Math.min(CHANGED_INTERVAL, Math.max(1, count));
        long limit = indexLimit(input);
        SecretSequence choices = numbers.part(1);
        inParallel(Math.ceilDiv(count, interval), (from, to) -> {
            for (long i = from; i < to; i++) {
                long e = i * interval + SecretSequence.below(interval, choices.at(i));
                if (e < count) {
                    elements.set(e, limit == 0
                            ? kind.value(numbers, e, count, elements.dtype())
                            : InputKind.index(limit, numbers.at(e)));
                }
            }
        });
    }

    /** Fills everything that is no input with random bits, the outputs with {@link Poison}. */
    void poison(long seed) {
        poisonSeed = seed;
        SecretSequence numbers = new SecretSequence(seed);
        int part = signature.buffers().size();
        for (Guard guard : guards) {
            MemorySegment band = image.asSlice(guard.start, guard.end - guard.start);
            randomize(band, numbers.part(part++));
            setNans(band);
        }
        Region workspace = layout.workspace();
        randomize(image.asSlice(workspace.offset(), workspace.byteSize()), numbers.part(part));
        for (int i = signature.inputs().size(); i < signature.buffers().size(); i++) {
            Poison poison = new Poison(signature.buffers().get(i).dtype(), numbers.part(i));
            MemorySegment segment = tensor(i).segment();
            inParallel(tensor(i).elementCount(), (from, to) -> poison.fill(segment, from, to));
        }
    }

    private static void randomize(MemorySegment segment, SecretSequence numbers) {
        long words = segment.byteSize() / Long.BYTES;
        for (long i = 0; i < words; i++) {
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, i * Long.BYTES, numbers.at(i));
        }
        for (long i = words * Long.BYTES; i < segment.byteSize(); i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) numbers.at(i));
        }
    }

    /**
     * Makes every second word NaN in every type, so that what is read there is seen even if it is multiplied by 0; the others
     * may be the greatest number there is. Which ones depends on the kind of data alone, so that no verdict depends on
     * chance: on normal data those next to a buffer.
     */
    private void setNans(MemorySegment segment) {
        long words = segment.byteSize() / Integer.BYTES;
        for (long word = 0; word < words; word++) {
            if (Math.min(word, words - 1 - word) % 2 == nanDistance) {
                long at = word * Integer.BYTES;
                segment.set(ValueLayout.JAVA_INT_UNALIGNED, at,
                        segment.get(ValueLayout.JAVA_INT_UNALIGNED, at) | NAN_HALVES);
            }
        }
    }

    /** Returns an input. */
    Tensor input(int index) {
        return tensor(index);
    }

    private Tensor tensor(int buffer) {
        BufferSpec spec = signature.buffers().get(buffer);
        Region region = layout.buffers().get(buffer);
        return Tensor.wrap(image.asSlice(region.offset(), region.byteSize()), spec.dtype(),
                signature.shape(spec, axes));
    }

    /** Writes the image to a worker's file, as one of its sets of buffers. */
    void writeTo(FileChannel file, int set) throws IOException {
        write(file, set, 0, layout.byteSize());
    }

    /** Writes all but the inputs, which are in the file already. */
    void writePoisonTo(FileChannel file, int set) throws IOException {
        for (Guard guard : guards) {
            write(file, set, guard.start, guard.end);
        }
        for (Region output : layout.buffers().subList(signature.inputs().size(), layout.buffers().size())) {
            write(file, set, output.offset(), output.end());
        }
        write(file, set, layout.workspace().offset(), layout.workspace().end());
    }

    /** Writes the inputs alone, and poison to a secret few of the outputs' elements; all else stays as it is there. */
    void writeChangesTo(FileChannel file, int set, long seed) throws IOException {
        for (Region input : layout.buffers().subList(0, signature.inputs().size())) {
            write(file, set, input.offset(), input.end());
        }
        SecretSequence numbers = new SecretSequence(seed);
        for (int i = signature.inputs().size(); i < signature.buffers().size(); i++) {
            Region output = layout.buffers().get(i);
            int size = signature.buffers().get(i).dtype().byteSize();
            for (int p = 0; p < POISONED_ELEMENTS && output.byteSize() > 0; p++) {
                long at =
                        output.offset() + size * SecretSequence.below(output.byteSize() / size, numbers.part(i).at(p));
                write(file, set, at, at + size);
            }
        }
    }

    private void write(FileChannel file, int set, long start, long end) throws IOException {
        long base = set * layout.byteSize();
        inChunks(start, end, (from, to) -> {
            for (long at = from; at < to;) {
                at += file.write(image.asSlice(at, to - at).asByteBuffer(), base + at);
            }
        });
    }

    /**
     * Compares the guard bands in a worker's file with the image.
     *
     * @throws KernelRejectedException if a kernel has written to them
     */
    void requireGuardsUntouched(FileChannel file, int set) throws KernelRejectedException, IOException {
        long base = set * layout.byteSize();
        for (Guard guard : guards) {
            long at = mismatch(file, base, guard.start, guard.end);
            if (at >= 0) {
                throw new KernelRejectedException(ReasonCode.OUT_OF_BOUNDS, "the kernel wrote outside its arguments: "
                        + (!guard.before.isEmpty() && (at - guard.start < guard.end - at || guard.behind.isEmpty())
                                ? (at - guard.start) + " bytes behind the end of " + guard.before
                                : (guard.end - at) + " bytes before the beginning of " + guard.behind));
            }
        }
    }

    /**
     * Compares the inputs in a worker's file with the image.
     *
     * @throws KernelRejectedException if a kernel has written to them
     */
    void requireInputsUntouched(FileChannel file, int set) throws KernelRejectedException, IOException {
        long base = set * layout.byteSize();
        for (int i = 0; i < signature.inputs().size(); i++) {
            Region region = layout.buffers().get(i);
            long at = mismatch(file, base, region.offset(), region.end());
            if (at >= 0) {
                BufferSpec buffer = signature.buffers().get(i);
                long element = (at - region.offset()) / buffer.dtype().byteSize();
                throw new KernelRejectedException(ReasonCode.INPUT_MUTATED, "the kernel wrote to its input '"
                        + buffer.name() + "', at " + ElementIndex.of(signature.shape(buffer, axes), element)
                        + ": inputs are only to be read");
            }
        }
    }

    /** Returns the first byte of a range that differs, as an offset into the image, or -1. */
    private long mismatch(FileChannel file, long base, long start, long end) throws IOException {
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        inChunks(start, end, (from, to) -> {
            try (Arena chunks = Arena.ofConfined()) {
                MemorySegment chunk = chunks.allocate(to - from);
                read(file, base + from, chunk);
                long at = MemorySegment.mismatch(image, from, to, chunk, 0, to - from);
                if (at >= 0) {
                    first.accumulateAndGet(from + at, Math::min);
                }
            }
        });
        return first.get() == Long.MAX_VALUE ? -1 : first.get();
    }

    /** Returns a place to read outputs to, in memory of the image's allocator. */
    OutputSnapshot newSnapshot() {
        return new OutputSnapshot(signature, signature.outputs().stream().map(this::newTensor).toList(), pool);
    }

    /** Returns a tensor of a buffer's type and shape, in memory of the image's allocator; what is in it is not said. */
    Tensor newTensor(BufferSpec buffer) {
        long[] shape = signature.shape(buffer, axes);
        long byteSize = Tensor.byteSize(buffer.dtype(), shape);
        return Tensor.wrap(allocator.allocate(byteSize, Tensor.ALIGNMENT_BYTES), buffer.dtype(), shape);
    }

    /** Returns how much memory an image and some snapshots take of an allocator. */
    static long byteSize(KernelSignature signature, long[] axes, BufferLayout layout, int snapshots) {
        long ofSnapshot = signature.outputs().stream()
                .mapToLong(output -> aligned(Tensor.byteSize(output.dtype(), signature.shape(output, axes)))).sum();
        return aligned(layout.byteSize()) + snapshots * ofSnapshot;
    }

    private static long aligned(long byteSize) {
        return Math.ceilDiv(byteSize, Tensor.ALIGNMENT_BYTES) * Tensor.ALIGNMENT_BYTES;
    }

    /** Reads the outputs from a worker's file. */
    void readOutputs(FileChannel file, int set, OutputSnapshot snapshot) throws IOException {
        int inputs = signature.inputs().size();
        for (int i = 0; i < snapshot.outputs().size(); i++) {
            long position = set * layout.byteSize() + layout.buffers().get(inputs + i).offset();
            MemorySegment output = snapshot.outputs().get(i).segment();
            inChunks(0, output.byteSize(),
                    (from, to) -> read(file, position + from, output.asSlice(from, to - from)));
        }
        snapshot.poisonedWith(poisonSeed);
    }

    private static void read(FileChannel file, long position, MemorySegment segment) throws IOException {
        for (long done = 0; done < segment.byteSize();) {
            int count = file.read(segment.asSlice(done).asByteBuffer(), position + done);
            if (count < 0) {
                throw new EOFException("the file of a trial worker's tensors ends before byte " + (position + done));
            }
            done += count;
        }
    }

    /** Works on a range of bytes, at most {@value #CHUNK_BYTES} of them. */
    @FunctionalInterface
    private interface Chunk {
        void accept(long from, long to) throws IOException;
    }

    /** Reading and writing files is copying memory, of which one thread does a part of what the machine can. */
    private void inChunks(long start, long end, Chunk chunk) throws IOException {
        int blocks = Math.toIntExact(Math.ceilDiv(end - start, CHUNK_BYTES));
        try {
            pool.run(blocks, (block, ignored) -> {
                long from = start + (long) block * CHUNK_BYTES;
                try {
                    chunk.accept(from, Math.min(end, from + CHUNK_BYTES));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }, new LaunchArguments(0, 0));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Works on a range of elements. */
    @FunctionalInterface
    interface Range {
        void accept(long from, long to);
    }

    private void inParallel(long count, Range range) {
        inParallel(pool, count, range);
    }

    /** Works on parts of some elements, on the threads of a pool. */
    static void inParallel(BlockPool pool, long count, Range range) {
        int blocks = Math.toIntExact(Math.ceilDiv(count, ELEMENTS_PER_BLOCK));
        pool.run(blocks, (block, ignored) -> range.accept(block * ELEMENTS_PER_BLOCK,
                Math.min(count, (block + 1) * ELEMENTS_PER_BLOCK)), new LaunchArguments(0, 0));
    }
}
