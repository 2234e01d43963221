package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.DriverModules;
import dev.kernelwright.backend.cuda.ffi.LaunchConfig;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step of a launch plan with its function, known to be one that the GPU can launch.
 *
 * <p>A step with clusters, or whose blocks all run at once, is launched through a configuration in native memory; a plain
 * one needs none.
 */
final class CudaStep {
    private final CompiledPlan plan;
    private final int step;
    private final long function;
    private final @Nullable LaunchConfig config;
    private int clusterX;
    private int clusterY;
    private int clusterZ;

    private CudaStep(CompiledPlan plan, int step, long function, Arena arena) {
        this.plan = plan;
        this.step = step;
        this.function = function;
        this.config = hasClusters() || plan.isCooperative(step) ? new LaunchConfig(arena) : null;
        if (config != null && plan.isCooperative(step)) {
            config.cooperative();
        }
    }

    /**
     * Finds a step's function in a module.
     *
     * @param arena what is launched with lives as long
     * @throws KernelRejectedException if there is none, or the GPU cannot launch it as the plan says
     */
    static CudaStep find(CompiledPlan plan, int step, long module, DriverModules modules, CudaDevice device,
            KernelSignature signature, Arena arena) throws KernelRejectedException {
        String entry = plan.entry(step);
        long function;
        try {
            function = modules.function(module, entry);
        } catch (CudaException e) {
            throw invalid("the plan launches '" + entry + "', but the binary has no such function (" + e.getMessage()
                    + "): declare it extern \"C\" __global__");
        }
        CudaStep found = new CudaStep(plan, step, function, arena);
        StepLimits limits = StepLimits.of(device);
        found.requireBlocks(modules, limits, signature);
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            limits.requireGrid(plan, step, axes);
            limits.requireCluster(plan, step, axes);
            found.requireAllAtOnce(modules, device, axes);
        }
        return found;
    }

    private boolean hasClusters() {
        return plan.clusterDimensions(step) > 0;
    }

    private void requireBlocks(DriverModules modules, StepLimits limits, KernelSignature signature)
            throws KernelRejectedException {
        long dynamicShared = limits.requireBlocks(plan, step, signature,
                modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES));
        if (dynamicShared > 0) {
            modules.setAttribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    (int) dynamicShared);
        }
    }

    private void requireAllAtOnce(DriverModules modules, CudaDevice device, long[] axes)
            throws KernelRejectedException {
        if (!plan.isCooperative(step)) {
            return;
        }
        long blocks = blocks(axes);
        long most = (long) device.multiprocessors() * activeBlocks(modules, axes);
        if (blocks > most) {
            throw invalid(
                    "the grid of '" + plan.entry(step) + "' has " + blocks + " blocks that are to run at once, but "
                            + device.name() + " runs at most " + most
                            + " of this kernel: launch fewer, each of which does more");
        }
    }

    /** Returns the blocks of the grid: below 2^63, since each dimension was found to be within the limits of a grid. */
    private long blocks(long[] axes) {
        return plan.grid(step, 0, axes) * plan.grid(step, 1, axes) * plan.grid(step, 2, axes);
    }

    /** Returns how many blocks a multiprocessor holds at a time. */
    private int activeBlocks(DriverModules modules, long[] axes) {
        return modules.maxActiveBlocks(function, (int) StepLimits.threads(plan, step, axes),
                plan.sharedBytes(step, axes));
    }

    /** Says what a launch takes of the GPU and how much of it runs at a time, in a line. */
    String report(DriverModules modules, CudaDevice device, long[] axes) {
        long threads = StepLimits.threads(plan, step, axes);
        int active = activeBlocks(modules, axes);
        long grid = blocks(axes);
        return String.format(Locale.ROOT,
                "%s: %d registers a thread, %d bytes of local memory a thread (spills and stack), shared memory a block"
                        + " %d bytes static and %d dynamic; %d blocks of %d threads at a time on a multiprocessor,"
                        + " theoretical occupancy %.0f %%; %d blocks in the grid, %.2f waves of %d multiprocessors",
                plan.entry(step), modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_NUM_REGS),
                modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
                modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
                plan.sharedBytes(step, axes), active, threads,
                100.0 * active * warps(threads) / warps(device.multiprocessor().threads()), grid,
                (double) grid / Math.max(1, (long) active * device.multiprocessors()), device.multiprocessors());
    }

    private static long warps(long threads) {
        return Math.ceilDiv(threads, StepLimits.WARP);
    }

    static KernelRejectedException invalid(String message) {
        return new KernelRejectedException(ReasonCode.INVALID_PLAN, message);
    }

    /** Launches the step, unless its grid is empty. One thread at a time. */
    void launch(CudaDriver driver, long[] axes, long stream, MemorySegment parameters) {
        int gridX = (int) plan.grid(step, 0, axes);
        int gridY = (int) plan.grid(step, 1, axes);
        int gridZ = (int) plan.grid(step, 2, axes);
        if (gridX == 0 || gridY == 0 || gridZ == 0) {
            return;
        }
        int blockX = (int) plan.block(step, 0, axes);
        int blockY = (int) plan.block(step, 1, axes);
        int blockZ = (int) plan.block(step, 2, axes);
        int sharedBytes = (int) plan.sharedBytes(step, axes);
        LaunchConfig special = config;
        if (special == null) {
            driver.launches().launch(function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream,
                    parameters);
            return;
        }
        special.grid(gridX, gridY, gridZ);
        special.block(blockX, blockY, blockZ);
        special.sharedBytes(sharedBytes);
        special.stream(stream);
        if (hasClusters()) {
            setCluster(special, (int) plan.cluster(step, 0, axes), (int) plan.cluster(step, 1, axes),
                    (int) plan.cluster(step, 2, axes));
        }
        driver.launches().launch(special.segment(), function, parameters);
    }

    private void setCluster(LaunchConfig special, int x, int y, int z) {
        if (x != clusterX || y != clusterY || z != clusterZ) {
            clusterX = x;
            clusterY = y;
            clusterZ = z;
            special.cluster(x, y, z);
        }
    }
}
