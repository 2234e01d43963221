package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClKernel;
import dev.kernelwright.backend.opencl.ffi.ClProgram;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The kernels of a built program, one for each step of a launch plan.
 *
 * <p>A kernel of OpenCL keeps its arguments from one call to the next, so setting them and launching is one step that
 * one thread takes at a time. It allocates nothing on the Java heap.
 */
final class OpenClKernel implements LoadedKernel {
    private static final int DIMENSIONS = 3;

    private final CompiledPlan plan;
    private final int bufferCount;
    private final int axisCount;
    private final long program;
    private final long[] kernels;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment globalSizes = arena.allocate(ValueLayout.JAVA_LONG, DIMENSIONS);
    private final MemorySegment localSizes = arena.allocate(ValueLayout.JAVA_LONG, DIMENSIONS);
    private final MemorySegment scratch = arena.allocate(ValueLayout.JAVA_LONG);

    private OpenClKernel(CompiledPlan plan, KernelSignature signature, long program) {
        this.plan = plan;
        this.bufferCount = signature.buffers().size();
        this.axisCount = signature.axes().size();
        this.program = program;
        this.kernels = new long[plan.stepCount()];
    }

    /**
     * Creates the kernels of a program, which from then on belongs to the result.
     *
     * @throws KernelRejectedException if the plan is not one for this program, signature and device; the program is then
     *         given back
     */
    static OpenClKernel of(OpenClDevice device, long program, LaunchPlan launchPlan, KernelSignature signature)
            throws KernelRejectedException {
        OpenClKernel kernel;
        try {
            CompiledPlan plan = new CompiledPlan(launchPlan, signature);
            plan.requireSeparateBlocks("OpenCL");
            kernel = new OpenClKernel(plan, signature, program);
        } catch (KernelRejectedException e) {
            ClProgram.release(program);
            throw e;
        }
        try {
            for (int step = 0; step < kernel.kernels.length; step++) {
                kernel.create(step, device, signature);
            }
        } catch (KernelRejectedException | RuntimeException e) {
            kernel.close();
            throw e;
        }
        return kernel;
    }

    private void create(int step, OpenClDevice device, KernelSignature signature) throws KernelRejectedException {
        String entry = plan.entry(step);
        try {
            kernels[step] = ClKernel.create(program, entry);
        } catch (OpenClException e) {
            throw invalid("the plan launches '" + entry + "', but " + e.getMessage()
                    + ": declare a __kernel void of that name");
        }
        boolean hasLocal = false;
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            hasLocal |= plan.sharedBytes(step, axes) > 0;
        }
        long wanted = (long) bufferCount + (plan.hasWorkspace() ? 1 : 0) + axisCount + (hasLocal ? 1 : 0);
        long found = ClKernel.info(kernels[step], ClKernel.CL_KERNEL_NUM_ARGS).number();
        if (found != wanted) {
            throw invalid("the kernel '" + entry + "' has " + found + " parameters, but a launch gives " + wanted
                    + ": declare " + bufferCount + " buffers" + (plan.hasWorkspace() ? ", the workspace" : "") + ", "
                    + axisCount + " long axes" + (hasLocal ? " and a __local pointer" : ""));
        }
        requireLongAxes(step, signature);
        requireLimits(step, device, signature);
    }

    /** An axis that is declared as anything else could not be given a value when the kernel is launched. */
    private void requireLongAxes(int step, KernelSignature signature) throws KernelRejectedException {
        int index = bufferCount + (plan.hasWorkspace() ? 1 : 0);
        for (String axis : signature.axisNames()) {
            try {
                ClKernel.setLong(kernels[step], index++, 0, scratch);
            } catch (OpenClException e) {
                throw invalid("the kernel '" + plan.entry(step) + "' does not take the axis '" + axis + "' as a long ("
                        + e.getMessage() + "): declare its parameter " + index + " as one");
            }
        }
    }

    private void requireLimits(int step, OpenClDevice device, KernelSignature signature)
            throws KernelRejectedException {
        String entry = plan.entry(step);
        if (plan.blockDimensions(step) == 0) {
            throw invalid("the step '" + entry + "' gives no block, but a work-group needs a size: add block=");
        }
        long maxGroup = ClKernel.workGroupInfo(kernels[step], device.id(), ClKernel.CL_KERNEL_WORK_GROUP_SIZE).number();
        long fixedLocal =
                ClKernel.workGroupInfo(kernels[step], device.id(), ClKernel.CL_KERNEL_LOCAL_MEM_SIZE).number();
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            long items = plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes);
            if (items > maxGroup) {
                throw invalid("a block of '" + entry + "' has " + items + " work-items, but " + device.name()
                        + " runs at most " + maxGroup + " of this kernel in a work-group: use smaller blocks");
            }
            for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
                long blocks = plan.grid(step, dimension, axes);
                if (blocks > Long.MAX_VALUE / plan.block(step, dimension, axes)) {
                    throw invalid("the grid of '" + entry + "' has " + blocks + " blocks of "
                            + plan.block(step, dimension, axes)
                            + " work-items in a dimension, which is more than can be"
                            + " counted: let a block do more");
                }
            }
            long local = plan.sharedBytes(step, axes) + fixedLocal;
            if (local > device.localBytes()) {
                throw invalid(
                        "a block of '" + entry + "' needs " + local + " bytes of local memory, but " + device.name()
                                + " has " + device.localBytes() + ": use less");
            }
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
        long queue = ((OpenClStream) stream).queue();
        long[] axes = arguments.axes();
        for (int step = 0; step < kernels.length; step++) {
            if (setSizes(step, axes)) {
                setArguments(step, arguments, axes);
                ClKernel.enqueue(queue, kernels[step], DIMENSIONS, globalSizes, localSizes, ClEvent.NONE, ClEvent.NONE);
            }
        }
    }

    /** Returns whether there is anything to launch. */
    private boolean setSizes(int step, long[] axes) {
        boolean any = true;
        for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
            long block = plan.block(step, dimension, axes);
            long grid = plan.grid(step, dimension, axes);
            localSizes.setAtIndex(ValueLayout.JAVA_LONG, dimension, block);
            globalSizes.setAtIndex(ValueLayout.JAVA_LONG, dimension, grid * block);
            any &= grid > 0;
        }
        return any;
    }

    private void setArguments(int step, LaunchArguments arguments, long[] axes) {
        long kernel = kernels[step];
        int index = 0;
        while (index < bufferCount) {
            ClKernel.setSvmPointer(kernel, index, DeviceHeap.address(arguments.buffer(index)));
            index++;
        }
        if (plan.hasWorkspace()) {
            Tensor workspace = arguments.workspace();
            // Where there is nothing to be lent, the kernel must not look at it; but null is no argument for OpenCL.
            ClKernel.setSvmPointer(kernel, index++,
                    DeviceHeap.address(workspace == null ? arguments.buffer(0) : workspace));
        }
        for (long axis : axes) {
            ClKernel.setLong(kernel, index++, axis, scratch);
        }
        long local = plan.sharedBytes(step, axes);
        if (local > 0) {
            ClKernel.setLocal(kernel, index, local);
        }
    }

    @Override
    public synchronized void close() {
        for (int step = 0; step < kernels.length; step++) {
            if (kernels[step] != 0) {
                ClKernel.release(kernels[step]);
                kernels[step] = 0;
            }
        }
        ClProgram.release(program);
        arena.close();
    }
}
