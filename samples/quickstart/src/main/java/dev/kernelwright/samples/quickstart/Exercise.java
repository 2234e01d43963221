package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Inputs for a workload with one output, and what must come out, computed in double by the op's own definition. */
final class Exercise {
    private static final int TIMED_CALLS = 31;

    private final Workload workload;
    private final Tensor[] tensors;
    private final Tensor output;
    private final double[] expected;
    private final double[] magnitudes;

    /** Draws inputs, and computes what must come out. */
    Exercise(Workload workload, long seed) {
        this.workload = workload;
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        SplittableRandom random = new SplittableRandom(seed);
        List<Tensor> all = new ArrayList<>();
        List<Elements> inputs = new ArrayList<>();
        for (BufferSpec buffer : signature.buffers()) {
            Tensor tensor = Tensor.allocate(buffer.dtype(), signature.shape(buffer, axes));
            if (!buffer.output()) {
                Elements elements = new Elements(tensor);
                for (long i = 0; i < elements.count(); i++) {
                    elements.set(i, random.nextGaussian());
                }
                inputs.add(elements);
            }
            all.add(tensor);
        }
        this.tensors = all.toArray(Tensor[]::new);
        this.output = all.getLast();
        this.expected = new double[(int) output.elementCount()];
        this.magnitudes = new double[expected.length];
        computeExpected(inputs, axes);
    }

    private void computeExpected(List<Elements> inputs, long[] axes) {
        ReferenceCall call = new ReferenceCall(workload.signature(), inputs, axes) {
            @Override
            public void put(int index, long element, double value, double magnitude) {
                expected[(int) element] = value;
                magnitudes[(int) element] = magnitude;
            }
        };
        long units = workload.signature().evaluate(workload.op().units(), axes);
        LongStream.range(0, units).parallel().forEach(unit -> workload.op().reference().compute(call, unit));
    }

    /** Returns what is computed. */
    Workload workload() {
        return workload;
    }

    /** Returns how many numbers are computed. */
    int count() {
        return expected.length;
    }

    /** Calls an op that the workload was bound to, and returns how long that took in nanoseconds. */
    double call(BoundOp op) {
        long start = System.nanoTime();
        op.invoke(tensors);
        return (double) (System.nanoTime() - start);
    }

    /** Calls the op a number of times, and returns how long a call takes in nanoseconds: the median. */
    double time(BoundOp op) {
        return Timing.of(IntStream.range(0, TIMED_CALLS).mapToDouble(i -> call(op)).toArray()).medianNanos();
    }

    /**
     * Calls the op on an output full of NaN, and returns whether every number is as near to what must come out as
     * rounding allows.
     */
    boolean isRight(BoundOp op) {
        Elements found = new Elements(output);
        for (int i = 0; i < expected.length; i++) {
            found.set(i, Double.NaN);
        }
        call(op);
        KernelSignature signature = workload.signature();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, signature.maxAxes());
        for (int i = 0; i < expected.length; i++) {
            // Not "greater than": NaN must fail.
            if (!(Math.abs(found.get(i) - expected[i])
                    <= bound.of(output.dtype(), expected[i], magnitudes[i]))) {
                return false;
            }
        }
        return true;
    }
}
