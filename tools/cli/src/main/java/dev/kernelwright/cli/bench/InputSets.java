package dev.kernelwright.cli.bench;

import dev.kernelwright.Device;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Sets of buffers for calls of a workload, the inputs filled with random numbers.
 *
 * <p>Calls take them in turn, so that no call finds its inputs where the one before has just left them in the first
 * level of cache, as few calls of a real program would.
 */
public final class InputSets {
    private static final long ENOUGH_BYTES = 64L << 20;
    /** As when kernels are tuned, so that the figures can be compared. */
    private static final int MAX_SETS = 3;
    /** Drawing a number for each element would take longer than the bench; a prime, so that rows still differ. */
    private static final int PATTERN_ELEMENTS = 65_521;
    private static final long SEED = 20_240_601;

    private final List<Tensor[]> sets = new ArrayList<>();
    private final long bytesPerSet;

    /**
     * Allocates and fills buffers at the largest axes of a workload.
     *
     * @param arena how long they live
     */
    public InputSets(Workload workload, Device device, Arena arena) {
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        this.bytesPerSet = signature.totalBytes(axes);
        int count = Math.clamp(ENOUGH_BYTES / Math.max(bytesPerSet, 1), 1, MAX_SETS);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int set = 0; set < count; set++) {
            Tensor[] tensors = new Tensor[signature.buffers().size()];
            for (int i = 0; i < tensors.length; i++) {
                BufferSpec buffer = signature.buffers().get(i);
                tensors[i] = device.allocate(arena, buffer.dtype(), signature.shape(buffer, axes));
                Expression limit = buffer.indexLimit();
                if (!buffer.output()) {
                    fill(tensors[i], device, limit == null ? 0 : signature.evaluate(limit, axes), random);
                }
            }
            sets.add(tensors);
        }
    }

    /** Fills a tensor of the device with indices below a limit or, if that is 0, with other numbers. */
    private static void fill(Tensor tensor, Device device, long limit, SplittableRandom random) {
        try (Arena arena = Arena.ofShared()) {
            Tensor host = Tensor.allocate(arena, tensor.dtype(), tensor.shape());
            if (limit != 0) {
                fillWithIndices(host, limit, random);
            } else {
                fill(host, random);
            }
            device.copy(host, tensor);
        }
    }

    private static void fillWithIndices(Tensor tensor, long limit, SplittableRandom random) {
        Elements elements = new Elements(tensor);
        for (long i = 0; i < elements.count(); i++) {
            elements.set(i, (double) random.nextLong(limit));
        }
    }

    /** Fills a tensor with repetitions of a few normally distributed numbers. */
    private static void fill(Tensor tensor, SplittableRandom random) {
        long count = Math.min(PATTERN_ELEMENTS, tensor.elementCount());
        Elements elements = new Elements(tensor);
        for (long i = 0; i < count; i++) {
            elements.set(i, random.nextGaussian());
        }
        MemorySegment segment = tensor.segment();
        long patternBytes = count * tensor.dtype().byteSize();
        for (long at = patternBytes; at < segment.byteSize(); at += patternBytes) {
            MemorySegment.copy(segment, 0, segment, at, Math.min(patternBytes, segment.byteSize() - at));
        }
    }

    /** Returns whether the buffers are in host memory. */
    public boolean onHost() {
        return sets.getFirst()[0].space() == MemorySpace.HOST;
    }

    /** Returns how many sets there are. */
    public int count() {
        return sets.size();
    }

    /** Returns the size of one set. */
    public long bytesPerSet() {
        return bytesPerSet;
    }

    /** Returns the buffers of a call; calls are numbered. */
    Tensor[] forCall(int call) {
        return sets.get(Math.floorMod(call, sets.size()));
    }
}
