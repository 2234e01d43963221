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
import org.jspecify.annotations.Nullable;

/**
 * One step of a launch plan with its function, known to be one that the GPU can launch.
 *
 * <p>A step with clusters, or whose blocks all run at once, is launched through a configuration in native memory; a plain
 * one needs none.
 */
final class CudaStep {
    private static final long MAX_GRID_X = Integer.MAX_VALUE;
    private static final long MAX_GRID_YZ = 65_535;
    /** The largest that every GPU with clusters launches. */
    private static final long MAX_CLUSTER = 8;

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
        found.requireBlocks(modules, device, signature);
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            found.requireGrid(axes);
            found.requireCluster(device, axes);
            found.requireAllAtOnce(modules, device, axes);
        }
        return found;
    }

    private boolean hasClusters() {
        return plan.clusterDimensions(step) > 0;
    }

    private void requireBlocks(DriverModules modules, CudaDevice device, KernelSignature signature)
            throws KernelRejectedException {
        String entry = plan.entry(step);
        if (plan.blockDimensions(step) == 0) {
            throw invalid("the step '" + entry + "' gives no block, but a block needs a number of threads: add block=");
        }
        long maxThreads = modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
        long staticShared = modules.attribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
        long dynamicShared = 0;
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            long threads = threads(axes);
            if (threads > maxThreads) {
                throw invalid("a block of '" + entry + "' has " + threads + " threads, but " + device.name()
                        + " runs at most " + maxThreads + " of this kernel: use smaller blocks or fewer registers");
            }
            dynamicShared = Math.max(dynamicShared, plan.sharedBytes(step, axes));
        }
        if (staticShared + dynamicShared > device.maxSharedBytes()) {
            throw invalid("a block of '" + entry + "' needs " + (staticShared + dynamicShared)
                    + " bytes of shared memory, but " + device.name() + " gives at most " + device.maxSharedBytes()
                    + ": use less");
        }
        if (dynamicShared > 0) {
            modules.setAttribute(function, CudaConstants.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    (int) dynamicShared);
        }
    }

    private long threads(long[] axes) {
        return plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes);
    }

    private void requireGrid(long[] axes) throws KernelRejectedException {
        long x = plan.grid(step, 0, axes);
        long y = plan.grid(step, 1, axes);
        long z = plan.grid(step, 2, axes);
        if (x > MAX_GRID_X || y > MAX_GRID_YZ || z > MAX_GRID_YZ) {
            throw invalid("the grid of '" + plan.entry(step) + "' is " + x + " x " + y + " x " + z
                    + " blocks, but at most " + MAX_GRID_X + " x " + MAX_GRID_YZ + " x " + MAX_GRID_YZ
                    + " are possible: let a block do more");
        }
    }

    private void requireCluster(CudaDevice device, long[] axes) throws KernelRejectedException {
        if (!hasClusters()) {
            return;
        }
        if (!device.hasClusters()) {
            throw invalid("the step '" + plan.entry(step) + "' launches clusters, but " + device.name() + " is of "
                    + device.architecture() + " and has none before sm_90: leave out cluster=");
        }
        long size = 1;
        for (int dimension = 0; dimension < 3; dimension++) {
            long blocks = plan.cluster(step, dimension, axes);
            long grid = plan.grid(step, dimension, axes);
            if (grid % blocks != 0) {
                throw invalid("the grid of '" + plan.entry(step) + "' has " + grid + " blocks in a dimension in which a"
                        + " cluster has " + blocks + ": make it a multiple");
            }
            size *= Math.min(blocks, MAX_CLUSTER + 1);
        }
        if (size > MAX_CLUSTER) {
            throw invalid("a cluster of '" + plan.entry(step) + "' has more than the " + MAX_CLUSTER + " blocks that "
                    + device.name() + " is sure to run together: use smaller clusters");
        }
    }

    private void requireAllAtOnce(DriverModules modules, CudaDevice device, long[] axes)
            throws KernelRejectedException {
        if (!plan.isCooperative(step)) {
            return;
        }
        // Below 2^63, since each dimension was found to be within the limits of a grid.
        long blocks = plan.grid(step, 0, axes) * plan.grid(step, 1, axes) * plan.grid(step, 2, axes);
        long most = (long) device.multiprocessors()
                * modules.maxActiveBlocks(function, (int) threads(axes), plan.sharedBytes(step, axes));
        if (blocks > most) {
            throw invalid(
                    "the grid of '" + plan.entry(step) + "' has " + blocks + " blocks that are to run at once, but "
                            + device.name() + " runs at most " + most
                            + " of this kernel: launch fewer, each of which does more");
        }
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
