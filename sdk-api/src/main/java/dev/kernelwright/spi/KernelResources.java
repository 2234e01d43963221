package dev.kernelwright.spi;

/**
 * What one entry point takes of a device, as its compiler or driver says.
 *
 * @param entry its name
 * @param registers the registers of a thread
 * @param spillBytes what a thread writes to memory and reads back for want of registers
 * @param stackBytes the stack of a thread, which lies in memory
 * @param sharedBytes the static shared memory of a block
 */
public record KernelResources(String entry, int registers, int spillBytes, int stackBytes, int sharedBytes) {}
