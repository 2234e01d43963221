package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Target;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Finding and opening devices, and what they say of themselves. */
public interface DiscoveryContract extends ContractTopic {
    /** The runtime and the trial worker find it so. */
    @Test
    @Proves("M1")
    default void theProviderIsFoundAsAService() {
        BackendProvider provider = contract().provider();
        assertThat(ServiceLoader.load(BackendProvider.class)).as("the providers in META-INF/services")
                .anyMatch(found -> found.getClass() == provider.getClass() && found.name().equals(provider.name()));
    }

    /** Twice, since an application may. */
    @Test
    @Proves("M2")
    default void aProbeNamesEveryDeviceByItsIndex() {
        for (int probe = 0; probe < 2; probe++) {
            BackendProvider provider = contract().provider();
            List<DeviceDescription> devices = ((Probe.Available) provider.probe()).devices();
            assertThat(devices).isNotEmpty();
            for (int i = 0; i < devices.size(); i++) {
                assertThat(devices.get(i).name()).isIn(provider.name() + ":" + i, i == 0 ? provider.name() : "");
                assertThat(devices.get(i).model()).isNotBlank();
            }
        }
    }

    /** In a JVM of its own, from which devices are hidden. */
    @Test
    @Proves("M3")
    default void aProbeThatFindsNothingSaysWhyAndLeavesNothing() throws IOException, InterruptedException {
        ProbeProcess.Report report = ProbeProcess.run(contract().provider(), contract().withoutDevices());
        assertThat(report.failure()).as("what the probe threw").isEmpty();
        assertThat(report.reason()).as("the reason why there is no device, where %s hides them",
                contract().withoutDevices()).isNotBlank();
        assertThat(report.cure()).isNotBlank();
        assertThat(report.threads()).as("threads that the probe left").isEmpty();
        assertThat(report.processes()).as("processes that the probe left").isZero();
        assertThat(report.libraries()).as("libraries that the probe left loaded").allMatch(library -> contract()
                .withoutDevices().librariesThatStay().stream().anyMatch(library::startsWith));
    }

    @Test
    @Proves("M4")
    default void aDeviceThatIsNotThereIsRefused() {
        String name = contract().provider().name();
        for (int index : new int[]{-1, 99}) {
            assertThatThrownBy(() -> contract().provider().open(index, contract().pool()).close())
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(name + ":" + index);
        }
    }

    @Test
    @Proves("M5")
    default void anOpenDeviceIsTheOneThatWasFound() {
        DeviceDescription found = ((Probe.Available) contract().provider().probe()).devices().getFirst();
        try (Backend device = contract().open()) {
            assertThat(device.device().name()).isEqualTo(found.name());
            assertThat(device.device().model()).isEqualTo(found.model());
            assertThat(device.target()).as("the target of a device that was opened again")
                    .isEqualTo(contract().backend().target());
        }
    }

    /** Not in an IGNORED field, by which nothing is ever compared. */
    @Test
    @Proves("M6")
    default void theTargetMovesWithDriverAndCompiler() {
        Target target = contract().backend().target();
        assertThat(target.value("backend")).contains(contract().provider().name());
        assertThat(contract().versionFields()).isNotEmpty().allSatisfy(name -> {
            Target moved = new Target(target.fields().stream().map(field -> field.name().equals(name)
                    ? new Target.Field(name, field.value() + ".1", field.match())
                    : field).toList());
            assertThat(moved).as("the target with another %s", name).isNotEqualTo(target);
            assertThat(target.value(name)).hasValueSatisfying(value -> assertThat(value).isNotBlank());
            boolean exact = !moved.fields(Target.Match.EXACT).equals(target.fields(Target.Match.EXACT));
            assertThat(exact || !moved.movedFrom(target).isEmpty()).as("%s is compared", name).isTrue();
        });
    }
}
