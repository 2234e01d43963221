package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.CudaStructs;
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
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The functions of a loaded module, one for each step of a launch plan.
 *
 * <p>The parameters of a launch are written to native memory that the driver has read when the launch returns, so one
 * thread at a time launches. It allocates nothing on the Java heap.
 */
final class CudaKernel implements LoadedKernel {
    private final CudaContext context;
    private final CudaDevice device;
    private final CompiledPlan plan;
    private final long[] largestAxes;
    private final int bufferCount;
    private final long module;
    private final CudaStep[] steps;
    private final CudaTensorMap[] tensorMaps;
    private final Arena arena = Arena.ofShared();
    private final KernelParameters parameters;
    private boolean closed;

    private CudaKernel(CudaContext context, CudaDevice device, CompiledPlan plan, KernelSignature signature,
            long module) {
        this.context = context;
        this.device = device;
        this.plan = plan;
        this.largestAxes = signature.maxAxes();
        this.bufferCount = signature.buffers().size();
        this.module = module;
        this.steps = new CudaStep[plan.stepCount()];
        this.tensorMaps = new CudaTensorMap[plan.tensorMaps().size()];
        int words = bufferCount + (plan.hasWorkspace() ? 1 : 0) + signature.axes().size();
        long[] sizes = new long[words + tensorMaps.length];
        Arrays.fill(sizes, 0, words, Long.BYTES);
        Arrays.fill(sizes, words, sizes.length, CudaStructs.TENSOR_MAP.byteSize());
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
        CudaDriver driver = context.enter();
        long module;
        try {
            module = driver.modules().load(image);
        } catch (CudaException e) {
            throw CudaStep.invalid("the binary cannot be loaded on " + device.name() + " (" + e.getMessage()
                    + "): compile the source again");
        }
        CudaKernel kernel = new CudaKernel(context, device, plan, signature, module);
        try {
            kernel.prepare(driver.modules(), signature);
        } catch (KernelRejectedException | RuntimeException e) {
            kernel.close();
            throw e;
        }
        return kernel;
    }

    private void prepare(DriverModules modules, KernelSignature signature) throws KernelRejectedException {
        for (int step = 0; step < steps.length; step++) {
            steps[step] = CudaStep.find(plan, step, module, modules, device, signature, arena);
        }
        int firstMap = bufferCount + (plan.hasWorkspace() ? 1 : 0) + signature.axes().size();
        for (int i = 0; i < tensorMaps.length; i++) {
            tensorMaps[i] = CudaTensorMap.of(plan.tensorMaps().get(i), signature, device,
                    parameters.slot(firstMap + i));
        }
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return plan.workspaceBytes(axes);
    }

    @Override
    public synchronized void launch(DeviceStream stream, LaunchArguments arguments) {
        if (closed) {
            throw new IllegalStateException(
                    "a kernel of " + context.space() + " was launched after it was closed: load it"
                            + " again");
        }
        CudaDriver driver = context.enter();
        long[] axes = arguments.axes();
        setParameters(arguments, axes);
        for (CudaTensorMap map : tensorMaps) {
            map.encode(driver, arguments);
        }
        long handle = ((CudaStream) stream).handle();
        for (CudaStep step : steps) {
            step.launch(driver, axes, handle, parameters.pointers());
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
    public synchronized String report() {
        DriverModules modules = context.enter().modules();
        return Arrays.stream(steps).map(step -> step.report(modules, device, largestAxes))
                .collect(Collectors.joining("\n"));
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
