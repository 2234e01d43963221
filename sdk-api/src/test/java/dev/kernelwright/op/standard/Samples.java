package dev.kernelwright.op.standard;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random inputs, the same for the same seed. */
final class Samples {
    private Samples() {}

    /** Returns normally distributed numbers. */
    static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Returns numbers that are {@code scale} times as large, plus {@code shift}. */
    static float[] affine(float[] values, float scale, float shift) {
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] = moved[i] * scale + shift;
        }
        return moved;
    }

    /** Returns inputs for a workload at its largest axes: normal numbers, and indices within their limits. */
    static List<Tensor> inputs(Workload workload, long seed) {
        Random random = new Random(seed);
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        List<Tensor> tensors = new ArrayList<>();
        for (BufferSpec buffer : signature.inputs()) {
            Tensor tensor = Tensor.allocate(buffer.dtype(), signature.shape(buffer, axes));
            Elements elements = new Elements(tensor);
            for (long i = 0; i < elements.count(); i++) {
                elements.set(i, buffer.indexLimit() == null
                        ? random.nextGaussian()
                        : random.nextLong(signature.evaluate(buffer.indexLimit(), axes)));
            }
            tensors.add(tensor);
        }
        return tensors;
    }
}
