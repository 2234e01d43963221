package dev.kernelwright.spi;

/** The work of one block of a grid that runs on the host. */
@FunctionalInterface
public interface BlockBody {
    /** Runs a block; called for every block exactly once, from several threads at a time. */
    void run(int block, LaunchArguments arguments);
}
