package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClKernel;
import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClProgram;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The kernels of a built program, one for each step of a launch plan.
 *
 * <p>A kernel of OpenCL keeps its arguments from one call to the next, so setting them and launching is one step that
 * one thread takes at a time. It allocates nothing on the Java heap.
 */
final class OpenClKernel implements LoadedKernel {
    private static final int DIMENSIONS = 3;
    /** Stands for the kinds of arguments of a kernel that was not launched yet. */
    private static final long NOT_LAUNCHED = -1;

    private final OpenClContext context;
    private final CompiledPlan plan;
    private final long[] largestAxes;
    private final int bufferCount;
    private final int axisCount;
    private final long program;
    private final long[] kernels;
    /** Which arguments of each step's last launch were a cl_mem, a bit for each. */
    private final long[] bufferArguments;
    /** What the code of each step declares; a kernel that was launched counts its arguments too. */
    private final long[] declaredLocalBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment globalSizes = arena.allocate(ValueLayout.JAVA_LONG, DIMENSIONS);
    private final MemorySegment localSizes = arena.allocate(ValueLayout.JAVA_LONG, DIMENSIONS);
    private final MemorySegment scratch = arena.allocate(ValueLayout.JAVA_LONG);
    /** Sub-buffers of the step that is being launched. */
    private final long[] parts;
    private int partCount;

    private OpenClKernel(OpenClContext context, CompiledPlan plan, KernelSignature signature, long program) {
        this.context = context;
        this.plan = plan;
        this.largestAxes = signature.maxAxes();
        this.bufferCount = signature.buffers().size();
        this.axisCount = signature.axes().size();
        this.program = program;
        this.kernels = new long[plan.stepCount()];
        this.bufferArguments = new long[plan.stepCount()];
        Arrays.fill(bufferArguments, NOT_LAUNCHED);
        this.declaredLocalBytes = new long[plan.stepCount()];
        this.parts = new long[bufferCount + 1];
    }

    /**
     * Creates the kernels of a program, which from then on belongs to the result.
     *
     * @throws KernelRejectedException if the plan is not one for this program and device; the program is then
     *         given back
     */
    static OpenClKernel of(OpenClContext context, long program, CompiledPlan plan, KernelSignature signature)
            throws KernelRejectedException {
        OpenClKernel kernel = new OpenClKernel(context, plan, signature, program);
        try {
            for (int step = 0; step < kernel.kernels.length; step++) {
                kernel.create(step, context.device(), signature);
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
            throw WorkGroups.invalid("the plan launches '" + entry + "', but " + e.getMessage()
                    + ": declare a __kernel void of that name");
        }
        boolean hasLocal = false;
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            hasLocal |= plan.sharedBytes(step, axes) > 0;
        }
        long wanted = (long) bufferCount + (plan.hasWorkspace() ? 1 : 0) + axisCount + (hasLocal ? 1 : 0);
        long found = ClKernel.info(kernels[step], ClKernel.CL_KERNEL_NUM_ARGS).number();
        if (found != wanted) {
            throw WorkGroups.invalid("the kernel '" + entry + "' has " + found + " parameters, but a launch gives "
                    + wanted
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
                throw WorkGroups.invalid(
                        "the kernel '" + plan.entry(step) + "' does not take the axis '" + axis + "' as a long ("
                                + e.getMessage() + "): declare its parameter " + index + " as one");
            }
        }
    }

    /** What the device takes of this kernel may be less than of others: it depends on the registers of a work-item. */
    private void requireLimits(int step, OpenClDevice device, KernelSignature signature)
            throws KernelRejectedException {
        String entry = plan.entry(step);
        long maxGroup = workGroupInfo(step, ClKernel.CL_KERNEL_WORK_GROUP_SIZE)[0];
        long[] declared = workGroupInfo(step, ClKernel.CL_KERNEL_COMPILE_WORK_GROUP_SIZE);
        declaredLocalBytes[step] = workGroupInfo(step, ClKernel.CL_KERNEL_LOCAL_MEM_SIZE)[0];
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            // NVIDIA's driver names the limit of kernels without a declared size also for those that have one.
            if (declared[0] == 0) {
                WorkGroups.requireItems(entry, WorkGroups.items(plan, step, axes), maxGroup, device);
            }
            for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
                if (declared[0] != 0 && plan.block(step, dimension, axes) != declared[dimension]) {
                    throw WorkGroups.invalid("a block of '" + entry + "' has " + plan.block(step, dimension, axes)
                            + " work-items in dimension " + dimension + ", but its reqd_work_group_size is "
                            + Arrays.toString(declared) + ": leave the attribute out, which the plan stands for");
                }
            }
            for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
                long blocks = plan.grid(step, dimension, axes);
                if (blocks > Long.MAX_VALUE / plan.block(step, dimension, axes)) {
                    throw WorkGroups.invalid("the grid of '" + entry + "' has " + blocks + " blocks of "
                            + plan.block(step, dimension, axes)
                            + " work-items in a dimension, which is more than can be"
                            + " counted: let a block do more");
                }
            }
            long local = plan.sharedBytes(step, axes) + declaredLocalBytes[step];
            if (local > device.localBytes()) {
                throw WorkGroups.invalid(
                        "a block of '" + entry + "' needs " + local + " bytes of local memory, but " + device.name()
                                + " has " + device.localBytes() + ": use less");
            }
        }
    }

    private long[] workGroupInfo(int step, int parameter) {
        return ClKernel.workGroupInfo(kernels[step], context.device().id(), parameter).numbers();
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
                try {
                    renewForOtherKinds(step, arguments);
                    setArguments(step, arguments, axes);
                    ClKernel.enqueue(queue, kernels[step], DIMENSIONS, globalSizes, localSizes, ClEvent.NONE,
                            ClEvent.NONE);
                } catch (OpenClException e) {
                    throw context.failure(e);
                } finally {
                    releaseParts();
                }
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

    /** Returns the tensor that an argument stands for, the workspace behind the buffers. */
    private Tensor tensor(LaunchArguments arguments, int index) {
        Tensor tensor = index < bufferCount ? arguments.buffer(index) : arguments.workspace();
        // Where there is no workspace to be lent, the kernel must not look at it; but null is no argument for OpenCL.
        return tensor == null ? arguments.buffer(0) : tensor;
    }

    /**
     * Makes a step's kernel anew where an argument was an address and is a {@code cl_mem} now, or the reverse: NVIDIA's
     * driver does not launch one that was given both.
     */
    private void renewForOtherKinds(int step, LaunchArguments arguments) {
        long buffers = 0;
        for (int index = 0; index < bufferCount + (plan.hasWorkspace() ? 1 : 0); index++) {
            buffers |= context.buffer(tensor(arguments, index)) == null ? 0 : 1L << index;
        }
        if (bufferArguments[step] != buffers && bufferArguments[step] != NOT_LAUNCHED) {
            long renewed = ClKernel.create(program, plan.entry(step));
            ClKernel.release(kernels[step]);
            kernels[step] = renewed;
        }
        bufferArguments[step] = buffers;
    }

    private void setArguments(int step, LaunchArguments arguments, long[] axes) {
        long kernel = kernels[step];
        int index = 0;
        while (index < bufferCount + (plan.hasWorkspace() ? 1 : 0)) {
            setBuffer(kernel, index, tensor(arguments, index));
            index++;
        }
        for (long axis : axes) {
            ClKernel.setLong(kernel, index++, axis, scratch);
        }
        long local = plan.sharedBytes(step, axes);
        if (local > 0) {
            ClKernel.setLocal(kernel, index, local);
        }
    }

    private void setBuffer(long kernel, int index, Tensor tensor) {
        WrappedBuffer buffer = context.buffer(tensor);
        if (buffer == null) {
            ClKernel.setSvmPointer(kernel, index, DeviceHeap.address(tensor));
        } else if (buffer.isPart(tensor)) {
            long part = buffer.newPart(tensor);
            parts[partCount++] = part;
            ClKernel.setBuffer(kernel, index, part, scratch);
        } else {
            ClKernel.setBuffer(kernel, index, buffer.handle(), scratch);
        }
    }

    /** Gives sub-buffers back, of which the launch that was queued has references of its own. */
    private void releaseParts() {
        while (partCount > 0) {
            ClMemory.release(parts[--partCount]);
        }
    }

    @Override
    public synchronized String report() {
        return IntStream.range(0, kernels.length).mapToObj(this::report).collect(Collectors.joining("\n"));
    }

    /** Says what a step takes of the device; OpenCL does not tell registers, nor how many groups run at a time. */
    private String report(int step) {
        return plan.entry(step) + ": " + workGroupInfo(step, ClKernel.CL_KERNEL_PRIVATE_MEM_SIZE)[0]
                + " bytes of private memory a work-item, "
                + (declaredLocalBytes[step] + plan.sharedBytes(step, largestAxes))
                + " bytes of local memory a group; groups of " + WorkGroups.items(plan, step, largestAxes)
                + " work-items of at most " + workGroupInfo(step, ClKernel.CL_KERNEL_WORK_GROUP_SIZE)[0]
                + ", best a multiple of "
                + workGroupInfo(step, ClKernel.CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE)[0] + "; "
                + plan.grid(step, 0, largestAxes) * plan.grid(step, 1, largestAxes) * plan.grid(step, 2, largestAxes)
                + " groups on " + context.device().computeUnits() + " compute units";
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
