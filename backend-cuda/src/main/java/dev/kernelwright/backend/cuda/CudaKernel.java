package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.DriverModules;
import dev.kernelwright.backend.cuda.ffi.KernelParameters;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * The functions of a loaded module, one for each step of a launch plan.
 *
 * <p>The parameters of a launch are written to native memory that the driver has read when the launch returns, so one
 * thread at a time launches. It allocates nothing on the Java heap.
 */
final class CudaKernel implements LoadedKernel {
    private static final long MAX_GRID_X = Integer.MAX_VALUE;
    private static final long MAX_GRID_YZ = 65_535;

    private final CudaContext context;
    private final CompiledPlan plan;
    private final int bufferCount;
    private final long module;
    private final long[] functions;
    private final Arena arena = Arena.ofShared();
    private final KernelParameters parameters;
    private boolean closed;

    private CudaKernel(CudaContext context, CompiledPlan plan, KernelSignature signature, long module) {
        this.context = context;
        this.plan = plan;
        this.bufferCount = signature.buffers().size();
        this.module = module;
        this.functions = new long[plan.stepCount()];
        long[] sizes = new long[bufferCount + (plan.hasWorkspace() ? 1 : 0) + signature.axes().size()];
        Arrays.fill(sizes, Long.BYTES);
        this.parameters = new KernelParameters(arena, sizes);
    }

    /**
     * Loads a binary.
     *
     * @throws KernelRejectedException if it is not one for this GPU, or the plan is not one for it
     */
    static CudaKernel load(CudaContext context, CudaDevice device, byte[] image, LaunchPlan launchPlan,
            KernelSignature signature) throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(launchPlan, signature);
        plan.requireSeparateBlocks("the CUDA backend so far");
        CudaDriver driver = context.enter();
        long module;
        try {
            module = driver.modules().load(image);
        } catch (CudaException e) {
            throw invalid("the binary cannot be loaded on " + device.name() + " (" + e.getMessage()
                    + "): compile the source again");
        }
        CudaKernel kernel = new CudaKernel(context, plan, signature, module);
        try {
            for (int step = 0; step < kernel.functions.length; step++) {
                kernel.find(step, driver.modules(), device, signature);
            }
        } catch (KernelRejectedException | RuntimeException e) {
            kernel.close();
            throw e;
        }
        return kernel;
    }

    private void find(int step, DriverModules modules, CudaDevice device, KernelSignature signature)
            throws KernelRejectedException {
        String entry = plan.entry(step);
        try {
            functions[step] = modules.function(module, entry);
        } catch (CudaException e) {
            throw invalid("the plan launches '" + entry + "', but the binary has no such function (" + e.getMessage()
                    + "): declare it extern \"C\" __global__");
        }
        if (plan.blockDimensions(step) == 0) {
            throw invalid("the step '" + entry + "' gives no block, but a block needs a number of threads: add block=");
        }
        long maxThreads = modules.attribute(functions[step], CudaConstants.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
        long staticShared = modules.attribute(functions[step], CudaConstants.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
        long dynamicShared = 0;
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            requireGrid(step, axes);
            long threads = plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes);
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
            modules.setAttribute(functions[step], CudaConstants.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    (int) dynamicShared);
        }
    }

    private void requireGrid(int step, long[] axes) throws KernelRejectedException {
        long x = plan.grid(step, 0, axes);
        long y = plan.grid(step, 1, axes);
        long z = plan.grid(step, 2, axes);
        if (x > MAX_GRID_X || y > MAX_GRID_YZ || z > MAX_GRID_YZ) {
            throw invalid("the grid of '" + plan.entry(step) + "' is " + x + " x " + y + " x " + z
                    + " blocks, but at most " + MAX_GRID_X + " x " + MAX_GRID_YZ + " x " + MAX_GRID_YZ
                    + " are possible: let a block do more");
        }
    }

    private static KernelRejectedException invalid(String message) {
        return new KernelRejectedException(ReasonCode.INVALID_PLAN, message);
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return plan.workspaceBytes(axes);
    }

    @Override
    public synchronized void launch(DeviceStream stream, LaunchArguments arguments) {
        CudaDriver driver = context.enter();
        long[] axes = arguments.axes();
        setParameters(arguments, axes);
        for (int step = 0; step < functions.length; step++) {
            int gridX = (int) plan.grid(step, 0, axes);
            int gridY = (int) plan.grid(step, 1, axes);
            int gridZ = (int) plan.grid(step, 2, axes);
            if (gridX > 0 && gridY > 0 && gridZ > 0) {
                driver.launches().launch(functions[step], gridX, gridY, gridZ, (int) plan.block(step, 0, axes),
                        (int) plan.block(step, 1, axes), (int) plan.block(step, 2, axes),
                        (int) plan.sharedBytes(step, axes), ((CudaStream) stream).handle(), parameters.pointers());
            }
        }
    }

    private void setParameters(LaunchArguments arguments, long[] axes) {
        int index = 0;
        while (index < bufferCount) {
            parameters.setLong(index, DeviceHeap.address(arguments.buffer(index)));
            index++;
        }
        if (plan.hasWorkspace()) {
            Tensor workspace = arguments.workspace();
            parameters.setLong(index++, workspace == null ? 0 : DeviceHeap.address(workspace));
        }
        for (long axis : axes) {
            parameters.setLong(index++, axis);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                context.enter().modules().unload(module);
            } finally {
                arena.close();
            }
        }
    }
}
