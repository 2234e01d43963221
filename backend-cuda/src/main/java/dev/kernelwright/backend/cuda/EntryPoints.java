package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaStructs;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entry points of a kernel's assembly, held against what a plan launches them with.
 *
 * <p>The driver reads as many arguments as the kernel declares, also from behind the end of those that it is given.
 */
final class EntryPoints {
    private static final Pattern PARAMETER = Pattern.compile(
            "\\.param\\s[^,]*?\\.[busf](8|16|32|64)\\s[^,\\[]*(?:\\[(\\d+)\\])?\\s*(?:,|$)");

    private EntryPoints() {}

    /**
     * Refuses a plan that launches what is not there, or is declared with other parameters than a launch gives.
     *
     * @param ptx the assembly; of an empty one nothing is known, and nothing refused
     * @throws KernelRejectedException if it does
     */
    static void require(String ptx, LaunchPlan launchPlan, KernelSignature signature) throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(launchPlan, signature);
        if (ptx.isEmpty()) {
            return;
        }
        int words = signature.buffers().size() + (plan.hasWorkspace() ? 1 : 0) + signature.axes().size();
        int maps = plan.tensorMaps().size();
        for (int step = 0; step < plan.stepCount(); step++) {
            String entry = plan.entry(step);
            List<Long> sizes = sizes(ptx, entry).orElseThrow(() -> CudaStep.invalid("the plan launches '" + entry
                    + "', but the source has no such kernel: declare it extern \"C\" __global__"));
            if (sizes.size() != words + maps) {
                throw CudaStep
                        .invalid("the kernel '" + entry + "' has " + sizes.size() + " parameters, but a launch gives "
                                + (words + maps) + ": declare " + signature.buffers().size() + " buffers"
                                + (plan.hasWorkspace() ? ", the workspace" : "") + ", " + signature.axes().size()
                                + " long long axes" + (maps == 0 ? "" : " and " + maps + " tensor maps"));
            }
            for (int i = 0; i < sizes.size(); i++) {
                long given = i < words ? Long.BYTES : CudaStructs.TENSOR_MAP.byteSize();
                if (sizes.get(i) > given) {
                    throw CudaStep.invalid("the parameter " + (i + 1) + " of '" + entry + "' has " + sizes.get(i)
                            + " bytes, but a launch gives it " + given + ": declare it as the dialect says");
                }
            }
        }
    }

    /** Returns the sizes of an entry point's parameters in bytes, or nothing if there is no such entry point. */
    private static Optional<List<Long>> sizes(String ptx, String entry) {
        Matcher declaration = Pattern.compile("\\.entry\\s+" + Pattern.quote(entry) + "\\s*\\(([^)]*)\\)").matcher(ptx);
        if (!declaration.find()) {
            return Optional.empty();
        }
        List<Long> sizes = new ArrayList<>();
        Matcher parameter = PARAMETER.matcher(declaration.group(1));
        while (parameter.find()) {
            long count = parameter.group(2) == null ? 1 : Long.parseLong(parameter.group(2));
            sizes.add(count * Long.parseLong(parameter.group(1)) / Byte.SIZE);
        }
        return Optional.of(sizes);
    }
}
