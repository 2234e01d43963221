package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The outputs of one launch, read out of the worker's file, and the poison that was there before. */
final class OutputSnapshot {
    private final List<Tensor> outputs;
    private final List<BufferSpec> specs;
    private final int inputCount;
    private final BlockPool pool;
    private SecretSequence poisonNumbers = new SecretSequence(0);

    /** Creates a snapshot; the pool looks through it. */
    OutputSnapshot(KernelSignature signature, List<Tensor> outputs, BlockPool pool) {
        this.pool = pool;
        this.outputs = List.copyOf(outputs);
        this.specs = signature.outputs();
        this.inputCount = signature.inputs().size();
    }

    /** Returns the outputs, in order. */
    List<Tensor> outputs() {
        return outputs;
    }

    /** Notes with what the outputs were poisoned before they were written. */
    void poisonedWith(long seed) {
        poisonNumbers = new SecretSequence(seed);
    }

    private Poison poison(int output) {
        return new Poison(outputs.get(output).dtype(), poisonNumbers.part(inputCount + output));
    }

    /**
     * Looks for poison in the outputs of float types, which no result can be; an integer may be by chance.
     *
     * @throws KernelRejectedException if an element was not written
     */
    void requireWritten() throws KernelRejectedException {
        for (int output = 0; output < outputs.size(); output++) {
            Tensor tensor = outputs.get(output);
            Poison poison = poison(output);
            MemorySegment segment = tensor.segment();
            AtomicLong first = new AtomicLong(Long.MAX_VALUE);
            TrialImage.inParallel(pool, tensor.dtype().isFloat() ? tensor.elementCount() : 0, (from, to) -> {
                for (long i = from; i < to; i++) {
                    if (poison.isIn(segment, i)) {
                        first.accumulateAndGet(i, Math::min);
                        return;
                    }
                }
            });
            if (first.get() != Long.MAX_VALUE) {
                throw unwritten(output, first.get());
            }
        }
    }

    /**
     * Returns whether an earlier launch on the same inputs, with other poison, gave the same results bit for bit; NaNs
     * are all the same.
     *
     * @throws KernelRejectedException if an element was not written
     */
    boolean agreesWith(OutputSnapshot earlier) throws KernelRejectedException {
        boolean agrees = true;
        for (int output = 0; output < outputs.size(); output++) {
            Tensor tensor = outputs.get(output);
            MemorySegment mine = tensor.segment();
            MemorySegment other = earlier.outputs.get(output).segment();
            // What is equal was written, since the poison differs.
            long differing = mine.mismatch(other);
            long from = differing < 0 ? tensor.elementCount() : differing / tensor.dtype().byteSize();
            Poison poison = poison(output);
            Poison earlierPoison = earlier.poison(output);
            for (long i = from; i < tensor.elementCount(); i++) {
                boolean unwritten = poison.isIn(mine, i);
                boolean earlierUnwritten = earlierPoison.isIn(other, i);
                if (tensor.dtype().isFloat() ? unwritten || earlierUnwritten : unwritten && earlierUnwritten) {
                    throw unwritten(output, i);
                }
                agrees &= same(tensor.dtype(), mine, other, i);
            }
        }
        return agrees;
    }

    /** Returns the largest absolute difference from another snapshot; a NaN differs from a number by infinity. */
    double largestDifference(OutputSnapshot other) {
        double largest = 0;
        for (int output = 0; output < outputs.size(); output++) {
            Elements mine = new Elements(outputs.get(output));
            Elements others = new Elements(other.outputs.get(output));
            for (long i = 0; i < mine.count(); i++) {
                double difference = Math.abs(mine.get(i) - others.get(i));
                boolean same = Double.compare(mine.get(i), others.get(i)) == 0;
                largest =
                        Math.max(largest, same ? 0 : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            }
        }
        return largest;
    }

    private static boolean same(DType dtype, MemorySegment a, MemorySegment b, long index) {
        int bitsOfA = Poison.bitsOf(dtype, a, index);
        int bitsOfB = Poison.bitsOf(dtype, b, index);
        return bitsOfA == bitsOfB || (isNan(dtype, bitsOfA) && isNan(dtype, bitsOfB));
    }

    private static boolean isNan(DType dtype, int bits) {
        return switch (dtype) {
            case F32 -> (bits & 0x7fff_ffff) > 0x7f80_0000;
            case F16 -> (bits & 0x7fff) > 0x7c00;
            case BF16 -> (bits & 0x7fff) > 0x7f80;
            case I32 -> false;
        };
    }

    private KernelRejectedException unwritten(int output, long index) {
        BufferSpec spec = specs.get(output);
        return new KernelRejectedException(ReasonCode.OUTPUT_UNWRITTEN, "the kernel left the output '" + spec.name()
                + "' unwritten at " + ElementIndex.of(outputs.get(output).shape(), index)
                + ": every element must be written by every launch");
    }
}
