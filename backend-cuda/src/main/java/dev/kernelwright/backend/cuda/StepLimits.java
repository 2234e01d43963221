package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelRejectedException;
import java.util.List;

/**
 * What a GPU launches at most, as far as a step of a plan and what its kernel takes tell.
 *
 * @param device the GPU's name; where there is none, its architecture
 * @param maxSharedBytes the shared memory that a block may have at most, if it asks for more than usual
 */
record StepLimits(String device, String architecture, int capability, long maxSharedBytes) {
    private static final long MAX_GRID_X = Integer.MAX_VALUE;
    private static final long MAX_GRID_YZ = 65_535;
    private static final int MAX_THREADS = 1024;
    /** The largest that every GPU with clusters launches. */
    private static final long MAX_CLUSTER = 8;
    private static final int FIRST_WITH_CLUSTERS_AND_TENSOR_MAPS = 90;

    /**
     * How registers are given to warps, from the toolkit's cuda_occupancy.h; 6.0 alone has two larger partitions, and may
     * run a little more.
     */
    static final int WARP = 32;
    private static final int REGISTERS_TOGETHER = 256;
    private static final int PARTITIONS = 4;
    private static final int REGISTERS_OF_A_PARTITION = 65_536 / PARTITIONS;

    static StepLimits of(CudaDevice device) {
        return new StepLimits(device.name(), device.architecture(), device.capability(), device.maxSharedBytes());
    }

    /**
     * Returns what every GPU of an architecture launches. Shared memory is from the table of memory per compute
     * capability in NVIDIA's CUDA programming guide; that of an architecture that is not in it is not limited here.
     */
    static StepLimits ofArchitecture(String architecture) {
        int capability = Integer.parseInt(architecture.replaceAll("[^0-9]", ""));
        long kibibytes = switch (capability) {
            case 70, 72 -> 96;
            case 75 -> 64;
            case 80, 87 -> 163;
            case 86, 89, 120, 121 -> 99;
            case 90, 100, 101, 103, 110 -> 227;
            default -> Long.MAX_VALUE / 1024;
        };
        return new StepLimits(architecture, architecture, capability, 1024 * kibibytes);
    }

    /** Returns how many threads a block may have at most if each takes so many registers. */
    static int maxThreads(int registers) {
        int ofWarp = Math.ceilDiv(Math.max(1, registers) * WARP, REGISTERS_TOGETHER) * REGISTERS_TOGETHER;
        return Math.min(MAX_THREADS, REGISTERS_OF_A_PARTITION / ofWarp * PARTITIONS * WARP);
    }

    static long threads(CompiledPlan plan, int step, long[] axes) {
        return plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes);
    }

    /**
     * Refuses blocks that are too large.
     *
     * @param maxThreads the threads that a block of this kernel may have
     * @param staticSharedBytes the shared memory that its code declares
     * @return the largest dynamic shared memory of a block
     */
    long requireBlocks(CompiledPlan plan, int step, KernelSignature signature, long maxThreads, long staticSharedBytes)
            throws KernelRejectedException {
        String entry = plan.entry(step);
        if (plan.blockDimensions(step) == 0) {
            throw CudaStep.invalid("the step '" + entry + "' gives no block, but a block needs a number of threads: add"
                    + " block=");
        }
        long dynamicShared = 0;
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            long threads = threads(plan, step, axes);
            if (threads > maxThreads) {
                throw CudaStep.invalid("a block of '" + entry + "' has " + threads + " threads, but " + device
                        + " runs at most " + maxThreads + " of this kernel: use smaller blocks or fewer registers");
            }
            dynamicShared = Math.max(dynamicShared, plan.sharedBytes(step, axes));
        }
        if (staticSharedBytes + dynamicShared > maxSharedBytes) {
            throw CudaStep.invalid("a block of '" + entry + "' needs " + (staticSharedBytes + dynamicShared)
                    + " bytes of shared memory, but " + device + " gives at most " + maxSharedBytes + ": use less");
        }
        return dynamicShared;
    }

    void requireGrid(CompiledPlan plan, int step, long[] axes) throws KernelRejectedException {
        long x = plan.grid(step, 0, axes);
        long y = plan.grid(step, 1, axes);
        long z = plan.grid(step, 2, axes);
        if (x > MAX_GRID_X || y > MAX_GRID_YZ || z > MAX_GRID_YZ) {
            throw CudaStep.invalid("the grid of '" + plan.entry(step) + "' is " + x + " x " + y + " x " + z
                    + " blocks, but at most " + MAX_GRID_X + " x " + MAX_GRID_YZ + " x " + MAX_GRID_YZ
                    + " are possible: let a block do more");
        }
    }

    void requireCluster(CompiledPlan plan, int step, long[] axes) throws KernelRejectedException {
        if (plan.clusterDimensions(step) == 0) {
            return;
        }
        if (capability < FIRST_WITH_CLUSTERS_AND_TENSOR_MAPS) {
            throw CudaStep.invalid("the step '" + plan.entry(step) + "' launches clusters, but " + device + " is of "
                    + architecture + " and has none before sm_90: leave out cluster=");
        }
        long size = 1;
        for (int dimension = 0; dimension < 3; dimension++) {
            long blocks = plan.cluster(step, dimension, axes);
            long grid = plan.grid(step, dimension, axes);
            if (grid % blocks != 0) {
                throw CudaStep
                        .invalid("the grid of '" + plan.entry(step) + "' has " + grid + " blocks in a dimension in"
                                + " which a cluster has " + blocks + ": make it a multiple");
            }
            size *= Math.min(blocks, MAX_CLUSTER + 1);
        }
        if (size > MAX_CLUSTER) {
            throw CudaStep.invalid("a cluster of '" + plan.entry(step) + "' has more than the " + MAX_CLUSTER
                    + " blocks that " + device + " is sure to run together: use smaller clusters");
        }
    }

    /** Refuses a tensor map of a buffer where there are none. */
    void requireTensorMaps(String buffer) throws KernelRejectedException {
        if (capability < FIRST_WITH_CLUSTERS_AND_TENSOR_MAPS) {
            throw CudaStep.invalid("the plan has a tensor map of '" + buffer + "', but " + device + " is of "
                    + architecture + " and has none before sm_90: leave out @tensor_map");
        }
    }
}
