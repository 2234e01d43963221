package dev.kernelwright.tck.mock;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.tck.BackendContract;
import dev.kernelwright.tck.WithoutDevices;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract, for the mock with whatever is wrong with it; run by {@link KitRun} alone. */
class MockContract extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return Fault.IS_NO_SERVICE.isHere() ? new MockBackendProvider() {} : new MockBackendProvider();
    }

    @Override
    protected Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.allOf(Capability.class);
        if (Fault.ANSWERS_WHAT_IT_DOES_NOT_DECLARE.isHere()) {
            all.remove(Capability.EVENTS);
        }
        return all;
    }

    @Override
    protected Path kernels() {
        return Path.of("src/test/resources/contract");
    }

    @Override
    protected Set<String> versionFields() {
        return Set.of("driver");
    }

    @Override
    protected WithoutDevices withoutDevices() {
        return new WithoutDevices(Map.of(), List.of("-D" + MockBackendProvider.HIDDEN + "=true",
                "-D" + Fault.PROPERTY + "=" + Fault.current()), Set.of());
    }

    @Override
    protected List<OpDefinition> ops() {
        return MockBackend.OPS;
    }

    @Override
    protected long applicationStream(Backend device) {
        return ((MockBackend) device).applicationStream();
    }

    @Override
    protected boolean writesScorecard() {
        return false;
    }
}
