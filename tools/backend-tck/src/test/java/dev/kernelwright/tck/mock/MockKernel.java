package dev.kernelwright.tck.mock;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A kernel of a few operations on floats, one for each step of its plan. */
final class MockKernel implements LoadedKernel {
    private static final MemorySegment ALL = HostMemory.ALL;
    /** Long enough for another thread to come between. */
    private static final long MOMENT_NANOS = 20_000;

    private final List<Operation> operations;
    private final CompiledPlan plan;
    private final int buffers;
    private final boolean wrong;
    private final boolean hidesFailures;
    private LaunchArguments kept;
    private long[] garbage;

    /** What an entry point does. */
    enum Operation {
        INCREMENT, TURN, INCREMENT_TURNED, SUM, LOOP, WRITE_FAR, PRINT_SUM
    }

    /**
     * @param plan null if nothing was checked
     * @param wrong whether it adds 1 too much
     */
    MockKernel(List<Operation> operations, CompiledPlan plan, KernelSignature signature, boolean wrong,
            boolean hidesFailures) {
        this.operations = operations;
        this.plan = plan;
        this.buffers = signature.buffers().size();
        this.wrong = wrong;
        this.hidesFailures = hidesFailures;
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return plan == null ? 0 : plan.workspaceBytes(axes);
    }

    LaunchArguments copy(LaunchArguments arguments) {
        LaunchArguments copy = new LaunchArguments(buffers, arguments.axes().length);
        System.arraycopy(arguments.axes(), 0, copy.axes(), 0, copy.axes().length);
        for (int i = 0; i < buffers; i++) {
            copy.setBuffer(i, arguments.buffer(i));
        }
        if (arguments.workspace() != null) {
            copy.setWorkspace(arguments.workspace());
        }
        return copy;
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        if (Fault.ALLOCATES_IN_A_LAUNCH.isHere()) {
            garbage = new long[]{garbage == null ? 0 : garbage[0] + 1};
        }
        ((MockStream) stream).launch(this, arguments);
    }

    void execute(LaunchArguments given) {
        LaunchArguments arguments = given;
        if (Fault.KEEPS_ARGUMENTS_IN_THE_KERNEL.isHere()) {
            kept = given;
            LockSupport.parkNanos(MOMENT_NANOS);
            arguments = kept;
        }
        try {
            for (int step = 0; step < operations.size(); step++) {
                run(operations.get(step), arguments);
                if (Fault.SHARES_A_WORKSPACE.isHere()) {
                    LockSupport.parkNanos(MOMENT_NANOS);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            if (!hidesFailures) {
                throw e;
            }
        }
    }

    private void run(Operation operation, LaunchArguments arguments) {
        long n = arguments.axes()[0];
        long x = HostMemory.address(arguments.buffer(0));
        long out = HostMemory.address(arguments.buffer(buffers - 1));
        long w = arguments.workspace() == null ? 0 : HostMemory.address(arguments.workspace());
        switch (operation) {
            case INCREMENT -> {
                for (long i = 0; i < n; i++) {
                    put(out, i, get(x, i) + 1);
                }
            }
            case TURN -> {
                for (long i = 0; i < n; i++) {
                    put(w, n - 1 - i, get(x, i));
                }
            }
            case INCREMENT_TURNED -> {
                for (long i = 0; i < n; i++) {
                    put(out, i, get(w, n - 1 - i) + 1);
                }
            }
            case SUM, PRINT_SUM -> {
                long b = HostMemory.address(arguments.buffer(1));
                for (long i = 0; i < n; i++) {
                    put(out, i, get(x, i) + get(b, i) + (wrong ? 1 : 0));
                }
            }
            case LOOP -> {
                while (n >= 0) {
                    put(out, 0, get(x, 0) + 1);
                }
            }
            case WRITE_FAR -> throw new IndexOutOfBoundsException("16 TiB behind an output");
        }
    }

    private static float get(long address, long index) {
        return ALL.get(ValueLayout.JAVA_FLOAT, address + 4 * index);
    }

    private static void put(long address, long index, float value) {
        ALL.set(ValueLayout.JAVA_FLOAT, address + 4 * index, value);
    }

    @Override
    public boolean warmUp(long expectedNanos) {
        if (Fault.CANNOT_WARM_UP.isHere()) {
            throw new IllegalStateException("there is no memory to warm up on");
        }
        return true;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
