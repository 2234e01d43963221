package dev.kernelwright.op;

/**
 * An axis of a workload: one extent, or every extent from {@code min} to {@code max}.
 *
 * @param name the axis' name in the op definition
 * @param min the smallest extent, at least 0
 * @param max the largest extent, at least {@code min}
 */
public record AxisRange(String name, long min, long max) {
    /** Checks the bounds. */
    public AxisRange {
        if (min < 0 || max < min) {
            throw new IllegalArgumentException("axis " + name + " was given the range " + min + ".." + max
                    + ": it must begin at 0 or above and not end below its beginning");
        }
    }

    /** Returns whether the axis has one extent only. */
    public boolean isFixed() {
        return min == max;
    }

    /** Returns {@code name=4} or {@code name=1..64}. */
    @Override
    public String toString() {
        return name + "=" + (isFixed() ? Long.toString(min) : min + ".." + max);
    }
}
