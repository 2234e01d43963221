package dev.kernelwright.tck.mock;

import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The mock's memory: the host's, by address. */
final class HostMemory implements DeviceHeap.Allocator {
    /** Reads and writes at any address, without an object for each. */
    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Keeps the blocks that are allocated from being collected. */
    private final Map<Long, MemorySegment> blocks = new ConcurrentHashMap<>();

    static long address(Tensor tensor) {
        return tensor.space() == MemorySpace.HOST ? tensor.segment().address() : DeviceHeap.address(tensor);
    }

    /** Returns a tensor of the device as one of the host. */
    static Tensor onHost(Tensor tensor, DType dtype, long... shape) {
        return Tensor.wrap(ALL.asSlice(address(tensor), Tensor.byteSize(dtype, shape)), dtype, shape);
    }

    @Override
    public long allocate(long bytes) {
        MemorySegment block = Arena.ofAuto().allocate(bytes, Tensor.ALIGNMENT_BYTES);
        blocks.put(block.address(), block);
        return block.address();
    }

    @Override
    public void clear(long address, long bytes) {
        if (!Fault.LENDS_MEMORY_AS_IT_WAS.isHere()) {
            ALL.asSlice(address, bytes).fill((byte) 0);
        }
    }

    @Override
    public void settle() {
        // Nothing is ever pending.
    }

    @Override
    public void free(long address, long bytes) {
        blocks.remove(address);
    }
}
