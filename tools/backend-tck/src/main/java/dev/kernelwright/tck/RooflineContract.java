package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Roofline;
import org.junit.jupiter.api.Test;

/** What the device says that it can do at most. */
public interface RooflineContract extends ContractTopic {
    /** A time is believed from this part of the floor on, as in the tuning engine. */
    double BELIEVED = 0.7;
    /** A busy machine only ever makes a roofline too low, so of some measurements the best counts. */
    int MEASUREMENTS = 4;

    @Test
    @Proves("M35")
    default void noKernelIsFasterThanTheRoofline() throws KernelRejectedException {
        Backend backend = contract().backend();
        Workload workload = BackendContract.increment();
        long[] axes = {BackendContract.MAX_N};
        Roofline roofline = contract().rooflines().of(backend);
        assertThat(roofline.flopsPerSecond()).isPositive().isFinite();
        assertThat(roofline.bandwidths()).allSatisfy(each -> assertThat(each.bytesPerSecond()).isPositive().isFinite());
        assertThat(roofline.bandwidths()).extracting(Roofline.Bandwidth::workingSetBytes).doesNotHaveDuplicates()
                .isSorted();
        double nanos;
        try (LoadedKernel kernel = contract().load(backend, ContractKernel.INCREMENT);
                DeviceStream stream = backend.newStream();
                IncrementChain chain = new IncrementChain(backend, kernel, stream, (int) axes[0])) {
            chain.begin(0);
            nanos = Scorecard.nanos(stream, chain::launchOnce);
        }
        for (int i = 1; i < MEASUREMENTS && nanos < BELIEVED * floor(roofline, workload, axes); i++) {
            roofline = contract().rooflines().measureAgain(backend);
        }
        assertThat(nanos).as("nanoseconds of a kernel that adds 1, which can take no less than the roofline %s says",
                roofline).isGreaterThan(BELIEVED * floor(roofline, workload, axes));
    }

    private static double floor(Roofline roofline, Workload workload, long[] axes) {
        return roofline.floorNanos(workload, axes);
    }
}
