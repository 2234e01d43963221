package dev.kernelwright.tuning.fake;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A backend whose kernels are {@link Behaviour}s; found by the trial worker as any other is. */
public final class FakeBackendProvider implements BackendProvider {
    /** The device whose baseline is right and takes {@link FakeKernel#BASELINE_NANOS}. */
    public static final int ORDINARY = 0;
    /** The device that has no baseline. */
    public static final int WITHOUT_BASELINE = 1;
    /** The device whose baseline throws. */
    public static final int BROKEN_BASELINE = 2;
    /** The device that opens in the parent and not in a trial worker. */
    public static final int BROKEN = 3;

    /** The device whose baseline takes {@link FakeKernel#SLOW_BASELINE_NANOS}. */
    public static final int SLOW_BASELINE = 4;

    /** The device whose driver needs a file that a worker in namespaces of its own does not see. */
    public static final int NEEDS_THE_MACHINE = 5;

    /** The device of whose memory {@link FakeBackend#LEASE_BYTES} may be held. */
    public static final int LEASED = 6;

    /** The device whose events make every time a tenth of what it is. */
    public static final int LYING_EVENTS = 7;

    /** The device whose baseline has been compiled, since nobody can who asks for it. */
    public static final int COMPILED_BASELINE = 8;

    /** A trial worker's temporary directory is its working directory. */
    private static final boolean IN_WORKER = System.getProperty("java.io.tmpdir").equals(".");

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public FakeBackendProvider() {}

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Probe probe() {
        return new Probe.Available(List.of(new DeviceDescription("fake", "fake", Map.of())));
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        if (deviceIndex == BROKEN && IN_WORKER) {
            throw new IllegalArgumentException("this device is broken");
        }
        if (deviceIndex == NEEDS_THE_MACHINE && !Files.isReadable(Path.of("/etc/passwd"))) {
            throw new IllegalArgumentException("the driver cannot read /etc/passwd");
        }
        return new FakeBackend(deviceIndex);
    }

    /** Opens a device in the parent. */
    public static FakeBackend open(int deviceIndex) {
        return new FakeBackend(deviceIndex);
    }
}
