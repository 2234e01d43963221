package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.tensor.DType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of what goes to and from a trial worker.
 *
 * <p>Every length is checked before anything of that size is allocated, and what is read goes through the same
 * constructors as what a person writes. A malformed value is an {@link IOException} or, where it is well-formed but
 * means nothing, an {@link IllegalArgumentException}.
 */
final class TrialCodec {
    static final int MAX_BINARY_BYTES = 64 << 20;
    private static final int MAX_ENTRIES = 1024;

    private TrialCodec() {}

    /** Writes one value. */
    @FunctionalInterface
    private interface Writer<T> {
        void write(DataOutput out, T value) throws IOException;
    }

    /** Reads one value. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    static void writeSignature(DataOutput out, KernelSignature signature) throws IOException {
        out.writeUTF(signature.op());
        out.writeInt(signature.version());
        out.writeUTF(signature.dtype().id());
        writeList(out, signature.axes(), TrialCodec::writeAxis);
        writeList(out, List.copyOf(signature.attributes().entrySet()), (o, attribute) -> {
            o.writeUTF(attribute.getKey());
            o.writeDouble(attribute.getValue());
        });
        writeList(out, List.copyOf(signature.relaxations()), (o, relaxation) -> o.writeUTF(relaxation.id()));
        writeList(out, signature.buffers(), TrialCodec::writeBuffer);
    }

    static KernelSignature readSignature(DataInput in) throws IOException {
        String op = in.readUTF();
        int version = in.readInt();
        DType dtype = DType.parse(in.readUTF());
        List<AxisRange> axes = readList(in, i -> new AxisRange(i.readUTF(), i.readLong(), i.readLong()));
        Map<String, Double> attributes = new LinkedHashMap<>();
        readList(in, i -> Map.entry(i.readUTF(), i.readDouble()))
                .forEach(attribute -> attributes.put(attribute.getKey(), attribute.getValue()));
        Set<Relaxation> relaxations = Set.copyOf(readList(in, i -> Relaxation.parse(i.readUTF())));
        return new KernelSignature(op, version, dtype, axes, attributes, relaxations,
                readList(in, TrialCodec::readBuffer));
    }

    private static void writeAxis(DataOutput out, AxisRange axis) throws IOException {
        out.writeUTF(axis.name());
        out.writeLong(axis.min());
        out.writeLong(axis.max());
    }

    private static void writeBuffer(DataOutput out, BufferSpec buffer) throws IOException {
        out.writeUTF(buffer.name());
        out.writeUTF(buffer.dtype().id());
        writeList(out, buffer.dims(), TrialCodec::writeExpression);
        out.writeBoolean(buffer.output());
        Expression limit = buffer.indexLimit();
        out.writeBoolean(limit != null);
        if (limit != null) {
            writeExpression(out, limit);
        }
    }

    private static BufferSpec readBuffer(DataInput in) throws IOException {
        String name = in.readUTF();
        DType dtype = DType.parse(in.readUTF());
        List<Expression> dims = readList(in, TrialCodec::readExpression);
        boolean output = in.readBoolean();
        @Nullable Expression limit = in.readBoolean() ? readExpression(in) : null;
        return new BufferSpec(name, dtype, dims, output, limit);
    }

    private static void writeExpression(DataOutput out, Expression expression) throws IOException {
        out.writeUTF(expression.toString());
    }

    private static Expression readExpression(DataInput in) throws IOException {
        return Expression.parse(in.readUTF());
    }

    /** Writes all but the compiler's log and the resources, which the child has no use for. */
    static void writeBinary(DataOutput out, KernelBinary binary) throws IOException {
        if (binary.bytes().length > MAX_BINARY_BYTES) {
            throw new IllegalArgumentException("a kernel of " + binary.bytes().length
                    + " bytes was given to a trial worker: at most " + MAX_BINARY_BYTES + " are allowed");
        }
        out.writeUTF(binary.format());
        out.writeInt(binary.bytes().length);
        out.write(binary.bytes());
        writeList(out, binary.plan().steps(), (o, step) -> {
            o.writeUTF(step.entry());
            writeList(o, step.grid(), TrialCodec::writeExpression);
            writeList(o, step.block(), TrialCodec::writeExpression);
            writeExpression(o, step.sharedBytes());
            writeList(o, step.cluster(), TrialCodec::writeExpression);
            o.writeBoolean(step.cooperative());
        });
        writeExpression(out, binary.plan().workspaceBytes());
        writeList(out, binary.plan().tensorMaps(), (o, map) -> {
            o.writeUTF(map.buffer());
            writeList(o, map.dims(), TrialCodec::writeExpression);
            writeList(o, map.box(), TrialCodec::writeExpression);
            writeExpression(o, map.swizzleBytes());
        });
    }

    static KernelBinary readBinary(DataInput in) throws IOException {
        String format = in.readUTF();
        byte[] bytes = new byte[readCount(in, MAX_BINARY_BYTES)];
        in.readFully(bytes);
        List<LaunchPlan.Step> steps = readList(in, i -> new LaunchPlan.Step(i.readUTF(),
                readList(i, TrialCodec::readExpression), readList(i, TrialCodec::readExpression), readExpression(i),
                readList(i, TrialCodec::readExpression), i.readBoolean()));
        LaunchPlan plan = new LaunchPlan(steps, readExpression(in), readList(in, i -> new LaunchPlan.TensorMap(
                i.readUTF(), readList(i, TrialCodec::readExpression), readList(i, TrialCodec::readExpression),
                readExpression(i))));
        return new KernelBinary(format, bytes, plan, "");
    }

    static void writeLayout(DataOutput out, BufferLayout layout) throws IOException {
        writeList(out, layout.buffers(), TrialCodec::writeRegion);
        writeRegion(out, layout.workspace());
        out.writeLong(layout.byteSize());
    }

    static BufferLayout readLayout(DataInput in) throws IOException {
        return new BufferLayout(readList(in, TrialCodec::readRegion), readRegion(in), in.readLong());
    }

    private static void writeRegion(DataOutput out, BufferLayout.Region region) throws IOException {
        out.writeLong(region.offset());
        out.writeLong(region.byteSize());
    }

    private static BufferLayout.Region readRegion(DataInput in) throws IOException {
        return new BufferLayout.Region(in.readLong(), in.readLong());
    }

    static void writeTimingRequest(DataOutput out, TimingRequest request) throws IOException {
        out.writeInt(request.kernel());
        out.writeInt(request.baseline());
        writeAxes(out, request.axes());
        writeLayout(out, request.layout());
        out.writeInt(request.sets());
        out.writeDouble(request.fastNanos());
        out.writeDouble(request.baselineFastNanos());
        out.writeLong(request.sampleNanos());
        out.writeInt(request.samples());
        out.writeLong(request.limitNanos());
    }

    static TimingRequest readTimingRequest(DataInput in) throws IOException {
        return new TimingRequest(in.readInt(), in.readInt(), readAxes(in), readLayout(in), readCount(in, MAX_ENTRIES),
                in.readDouble(), in.readDouble(), in.readLong(), readCount(in, TimingRequest.MAX_SAMPLES),
                in.readLong());
    }

    static void writeTimes(DataOutput out, TrialTimes times) throws IOException {
        writeDoubles(out, times.kernelNanos());
        writeDoubles(out, times.baselineNanos());
    }

    /** Reads times; each is a positive number, which is all that a child's word is worth. */
    static TrialTimes readTimes(DataInput in) throws IOException {
        TrialTimes times = new TrialTimes(readDoubles(in), readDoubles(in));
        if (times.kernelNanos().length == 0) {
            throw new IOException("no times were received");
        }
        return times;
    }

    private static void writeDoubles(DataOutput out, double[] values) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static double[] readDoubles(DataInput in) throws IOException {
        double[] values = new double[readCount(in, TimingRequest.MAX_SAMPLES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
            if (!(values[i] > 0 && values[i] < Double.POSITIVE_INFINITY)) {
                throw new IOException("a time of " + values[i] + " ns was received");
            }
        }
        return values;
    }

    static void writeAxes(DataOutput out, long[] axes) throws IOException {
        out.writeInt(axes.length);
        for (long axis : axes) {
            out.writeLong(axis);
        }
    }

    static long[] readAxes(DataInput in) throws IOException {
        long[] axes = new long[readCount(in, MAX_ENTRIES)];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = in.readLong();
        }
        return axes;
    }

    private static <T> void writeList(DataOutput out, List<T> values, Writer<T> writer) throws IOException {
        out.writeInt(values.size());
        for (T value : values) {
            writer.write(out, value);
        }
    }

    private static <T> List<T> readList(DataInput in, Reader<T> reader) throws IOException {
        int count = readCount(in, MAX_ENTRIES);
        List<T> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(reader.read(in));
        }
        return values;
    }

    private static int readCount(DataInput in, int limit) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > limit) {
            throw new IOException("a count of " + count + " was received where 0 to " + limit + " is possible");
        }
        return count;
    }
}
