package dev.kernelwright.tuning.llm.prompt;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.Roofline;
import java.util.List;

/**
 * Everything that does not change during a search. Of the op there is what its definition says and nothing of its
 * reference; there are no data, seeds or expected values.
 *
 * @param workload what is computed
 * @param dialect how kernels are written
 * @param device the device
 * @param roofline what the device can do at most
 * @param threads how many threads run blocks on the host
 * @param neighbours proven kernels for something near, the nearest first
 * @param notes what was learnt in searches before, the most useful first
 */
public record Briefing(Workload workload, KernelDialect dialect, DeviceDescription device, Roofline roofline,
        int threads,
        List<Neighbour> neighbours, List<String> notes) {
    /** Copies the lists. */
    public Briefing {
        neighbours = List.copyOf(neighbours);
        notes = List.copyOf(notes);
    }

    /**
     * A kernel from the store.
     *
     * @param title what it is for and how fast it is, one line
     * @param source its source
     */
    public record Neighbour(String title, String source) {}
}
