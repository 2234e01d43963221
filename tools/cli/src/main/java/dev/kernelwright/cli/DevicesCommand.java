package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the devices of this machine, and why a backend has none. */
@Command(name = "devices", description = "List the devices that kernels can be made for.",
        footer = {"", "Exit codes: 0 there is a device, 1 there is none, 2 bad usage."})
final class DevicesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    DevicesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<FoundBackend> backends = FoundBackend.all();
        if (output.json()) {
            console.json(toJson(backends));
        } else {
            backends.forEach(this::print);
            if (backends.isEmpty()) {
                console.line("no backend is on the class path: add one such as kernelwright-backend-cpu-vector");
            }
        }
        boolean any = backends.stream().anyMatch(backend -> backend.probe() instanceof Probe.Available);
        return any ? ExitCode.SUCCESS : ExitCode.NEGATIVE;
    }

    private void print(FoundBackend backend) {
        switch (backend.probe()) {
            case Probe.Available(List<DeviceDescription> devices) -> devices.forEach(device -> {
                console.line(device.name() + ": " + device.model());
                device.facts().forEach((name, value) -> console.line("    " + name + ": " + value));
            });
            case Probe.Unavailable(String reason, String cure) -> {
                console.line(backend.name() + ": not available, since " + reason);
                console.line("    cure: " + cure);
            }
        }
    }

    private static ObjectNode toJson(List<FoundBackend> backends) {
        ObjectNode root = Json.object();
        ArrayNode list = root.putArray("devices");
        for (FoundBackend backend : backends) {
            switch (backend.probe()) {
                case Probe.Available(List<DeviceDescription> devices) -> devices.forEach(device -> {
                    ObjectNode node = list.addObject().put("name", device.name()).put("available", true)
                            .put("model", device.model());
                    Json.put(node, "facts", device.facts());
                });
                case Probe.Unavailable(String reason, String cure) -> list.addObject().put("name", backend.name())
                        .put("available", false).put("reason", reason).put("cure", cure);
            }
        }
        return root;
    }
}
