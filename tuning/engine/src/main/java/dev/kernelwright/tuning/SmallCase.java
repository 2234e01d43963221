package dev.kernelwright.tuning;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import java.util.List;
import java.util.Optional;

/**
 * A kernel at extents that an instrument can bear.
 *
 * <p>Extents that are compiled in are halved until they are small, which keeps what divides what, and the kernel is made
 * anew from its source, whose constants bear the names of axes as a template's do. Of a range, a small extent is taken.
 *
 * @param source the kernel
 * @param signature what it was made for
 * @param axes the extents; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent")
record SmallCase(KernelSource source, KernelSignature signature, long[] axes) {
    /** Tried in this order: large enough for several tiles first, and only then smaller or larger ones. */
    private static final List<Long> LIMITS = List.of(64L, 32L, 128L, 256L, 512L, 16L, 8L);
    /** A simulator does some millions of operations a second. */
    private static final long MAX_FLOPS = 10_000_000;

    /** Returns the case for a workload's kernel; empty if the kernel is not made for extents as small as that. */
    static Optional<SmallCase> of(Workload workload, KernelSource source) {
        for (long limit : LIMITS) {
            try {
                Workload small = shrunk(workload, limit);
                long[] axes = axes(small.signature(), limit);
                Optional<KernelSource> kernel = small.equals(workload)
                        ? Optional.of(source)
                        : remade(source, small.signature());
                if (kernel.isPresent() && small.flops(axes) <= MAX_FLOPS
                        && workload.op().constraints().stream()
                                .allMatch(constraint -> small.signature().evaluate(constraint, axes) != 0)) {
                    return Optional.of(new SmallCase(kernel.get(), small.signature(), axes));
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                // The op or the kernel does not exist at these extents, and others are tried.
            }
        }
        return Optional.empty();
    }

    private static Workload shrunk(Workload workload, long limit) {
        KernelSignature signature = workload.signature();
        Workload.Builder builder = workload.op().workload(signature.dtype());
        signature.attributes().forEach(builder::attribute);
        for (AxisRange axis : signature.axes()) {
            if (axis.isFixed()) {
                builder.axis(axis.name(), halved(axis.min(), limit));
            } else {
                builder.axis(axis.name(), axis.min(), axis.max());
            }
        }
        return builder.build();
    }

    private static long[] axes(KernelSignature signature, long limit) {
        return signature.axes().stream()
                .mapToLong(axis -> Math.clamp(halved(axis.max(), limit), axis.min(), axis.max())).toArray();
    }

    private static long halved(long extent, long limit) {
        long small = extent;
        while (small > limit) {
            small = Math.ceilDiv(small, 2);
        }
        return small;
    }

    /** A source that is no template has its extents who knows where. */
    private static Optional<KernelSource> remade(KernelSource source, KernelSignature signature) {
        KernelTemplate template = KernelTemplate.parse(source.language(), source.text());
        return template.admits(source.parameters(), signature)
                ? Optional.of(template.expand(source.parameters(), signature))
                : Optional.empty();
    }
}
