package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One evaluation of an op's reference, every unit of it, at the largest axes of a workload.
 *
 * <p>Asserts what {@link dev.kernelwright.op.Reference} must do: put every element of every output exactly once, with a
 * magnitude that is not below the value.
 */
final class OpRun {
    private final Workload workload;
    private final double[][] values;
    private final double[][] magnitudes;

    private OpRun(Workload workload, List<Tensor> inputs) {
        this.workload = workload;
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        assertThat(inputs.stream().map(Tensor::toString)).as("the inputs of %s", workload)
                .isEqualTo(signature.inputs().stream().map(buffer -> describe(buffer, axes)).toList());
        values = signature.outputs().stream().map(output -> new double[count(output, axes)]).toArray(double[][]::new);
        magnitudes = Stream.of(values).map(double[]::clone).toArray(double[][]::new);
        int[][] puts = Stream.of(values).map(output -> new int[output.length]).toArray(int[][]::new);
        ReferenceCall call = new ReferenceCall(signature, inputs.stream().map(Elements::new).toList(), axes) {
            @Override
            public void put(int output, long index, double value, double magnitude) {
                values[output][Math.toIntExact(index)] = value;
                magnitudes[output][Math.toIntExact(index)] = magnitude;
                puts[output][Math.toIntExact(index)]++;
            }
        };
        long units = signature.evaluate(workload.op().units(), axes);
        for (long unit = 0; unit < units; unit++) {
            workload.op().reference().compute(call, unit);
        }
        for (int output = 0; output < puts.length; output++) {
            for (int i = 0; i < puts[output].length; i++) {
                assertThat(puts[output][i]).as("how often element %d of output %d is put", i, output).isEqualTo(1);
                assertThat(magnitudes[output][i] < Math.abs(values[output][i])).as("magnitude below value").isFalse();
            }
        }
    }

    private String describe(BufferSpec buffer, long[] axes) {
        return buffer.dtype() + Arrays.toString(workload.signature().shape(buffer, axes));
    }

    private int count(BufferSpec buffer, long[] axes) {
        return (int) (Tensor.byteSize(buffer.dtype(), workload.signature().shape(buffer, axes))
                / buffer.dtype().byteSize());
    }

    static OpRun of(Workload workload, List<Tensor> inputs) {
        return new OpRun(workload, inputs);
    }

    /** Evaluates a workload in f32, written as text. */
    static OpRun of(String workload, Tensor... inputs) {
        return new OpRun(StandardOps.catalog().parse(workload, DType.F32), List.of(inputs));
    }

    /** Evaluates a workload in f32 whose inputs are all floats, in the shapes that the op asks for. */
    static OpRun of(String text, float[]... inputs) {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        KernelSignature signature = workload.signature();
        Tensor[] tensors = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            tensors[i] = Tensor.of(inputs[i], signature.shape(signature.buffers().get(i), signature.maxAxes()));
        }
        return new OpRun(workload, List.of(tensors));
    }

    /** Returns the values of the first output. */
    double[] values() {
        return values[0];
    }

    /**
     * Returns the largest error of a kernel's results as a fraction of its bound: at most 1 if they are acceptable.
     */
    double worstRatio(float[] found) {
        assertThat(found).hasSameSizeAs(values[0]);
        KernelSignature signature = workload.signature();
        Accuracy.Bound bound = workload.op().accuracy().bound(signature, signature.maxAxes());
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            double error = Math.abs(found[i] - values[0][i]);
            double ratio = error == 0
                    ? 0
                    : error / bound.of(signature.dtype(),
                            values[0][i], magnitudes[0][i]);
            // NaN where a result is NaN or infinite and should not be: the worst of all.
            worst = Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : Math.max(worst, ratio);
        }
        return worst;
    }
}
