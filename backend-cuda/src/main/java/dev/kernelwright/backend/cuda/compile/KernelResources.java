package dev.kernelwright.backend.cuda.compile;

/**
 * What one kernel takes of a multiprocessor, as ptxas reports it.
 *
 * @param entry the kernel's name in the binary
 * @param registers registers of a thread
 * @param spillStoreBytes what a thread writes to memory for want of registers
 * @param spillLoadBytes what a thread reads back
 * @param stackBytes the stack of a thread, which lies in memory
 * @param sharedBytes static shared memory of a block
 * @param constantBytes constant memory, the parameters counted in where the compiler counts them
 * @param barriers named barriers of a block
 */
public record KernelResources(String entry, int registers, int spillStoreBytes, int spillLoadBytes, int stackBytes,
        int sharedBytes, int constantBytes, int barriers) {}
