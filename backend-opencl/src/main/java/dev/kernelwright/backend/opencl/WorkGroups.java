package dev.kernelwright.backend.opencl;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sizes of the work-groups that a plan launches: held to what the device has, and told to its compiler.
 *
 * <p>A compiler that is not told has to leave room for groups of any size. NVIDIA's then takes as many registers as
 * groups of 256 allow, and launches no larger ones.
 */
final class WorkGroups {
    private static final String SIZE = "reqd_work_group_size";
    /** Some attributes with the space behind each; limited, since a pattern follows repetitions on the stack. */
    private static final String ATTRIBUTES =
            "(?:__attribute__\\s*+\\(\\((?:[^()]*+\\([^()]*+\\)){0,4}+[^()]*+\\)\\)\\s*+){0,8}+";

    private WorkGroups() {}

    /**
     * Compiles a plan for a device.
     *
     * @throws KernelRejectedException if no kernel on the device could be launched as it says
     */
    static CompiledPlan compile(LaunchPlan launchPlan, KernelSignature signature, OpenClDevice device)
            throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(launchPlan, signature);
        plan.requireSeparateBlocks("OpenCL");
        for (int step = 0; step < plan.stepCount(); step++) {
            String entry = plan.entry(step);
            if (plan.blockDimensions(step) == 0) {
                throw invalid("the step '" + entry + "' gives no block, but a work-group needs a size: add block=");
            }
            for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
                requireItems(plan.entry(step), items(plan, step, axes), device.maxGroupSize(), device);
                for (int dimension = 0; dimension < device.maxGroupSizes().size(); dimension++) {
                    long size = plan.block(step, dimension, axes);
                    if (size > device.maxGroupSizes().get(dimension)) {
                        throw invalid("a block of '" + entry + "' has " + size + " work-items in dimension " + dimension
                                + ", but " + device.name() + " takes " + device.maxGroupSizes()
                                + ": use smaller blocks");
                    }
                }
            }
        }
        return plan;
    }

    /** Returns how many work-items a group of a step has. */
    static long items(CompiledPlan plan, int step, long[] axes) {
        try {
            return Math.multiplyExact(Math.multiplyExact(plan.block(step, 0, axes), plan.block(step, 1, axes)),
                    plan.block(step, 2, axes));
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Refuses groups of more work-items than the device runs in one. */
    static void requireItems(String entry, long items, long limit, OpenClDevice device)
            throws KernelRejectedException {
        if (items > limit) {
            throw invalid("a block of '" + entry + "' has " + items + " work-items, but " + device.name()
                    + " runs at most " + limit + " of this kernel in a work-group: use smaller blocks");
        }
    }

    static KernelRejectedException invalid(String message) {
        return new KernelRejectedException(ReasonCode.INVALID_PLAN, message);
    }

    /**
     * Returns a source with the size of its work-groups at each entry point that does not say it itself, line for line as
     * it was. Where the size depends on an axis that is a range, it is left out.
     */
    static String declare(String source, LaunchPlan launchPlan, CompiledPlan plan, KernelSignature signature) {
        String text = source;
        for (int step = 0; step < plan.stepCount(); step++) {
            boolean isFixed = signature.isFixed() || launchPlan.steps().get(step).block().stream()
                    .noneMatch(size -> size.names().stream().anyMatch(signature.axisNames()::contains));
            if (isFixed) {
                long[] axes = signature.maxAxes();
                String attribute = " __attribute__((" + SIZE + "(" + plan.block(step, 0, axes) + ", "
                        + plan.block(step, 1, axes) + ", " + plan.block(step, 2, axes) + ")))";
                text = Pattern.compile("(" + ATTRIBUTES + "\\b(?:__)?kernel\\b)(\\s*" + ATTRIBUTES + "\\bvoid\\s+"
                        + Pattern.quote(plan.entry(step)) + "\\s*\\()").matcher(text)
                        .replaceAll(head -> Matcher.quoteReplacement(head.group().contains(SIZE)
                                ? head.group()
                                : head.group(1) + attribute + head.group(2)));
            }
        }
        return text;
    }
}
