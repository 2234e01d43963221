package dev.kernelwright;

/**
 * What a {@link ComputeRuntime} has counted since it was made. Workloads are counted once, however often they are bound.
 *
 * @param hits workloads the store had a record for
 * @param misses workloads it had none for
 * @param tuned workloads whose tuning has ended with a record
 * @param rejected candidates that were rejected
 * @param fallbacks times that the next best thing took the place of something
 */
public record RuntimeStatistics(long hits, long misses, long tuned, long rejected, long fallbacks) {}
