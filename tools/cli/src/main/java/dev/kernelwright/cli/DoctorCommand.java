package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what is in order on this machine, what is not, and what to do about it. */
@Command(name = "doctor", description = "Say what is in order here, what is not, and what to do about it.",
        footer = {"", "Exit codes: 0 nothing fails, though there may be warnings; 1 something fails; 2 bad usage."})
final class DoctorCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Finding> findings = new Diagnosis(cache, device).findings();
        boolean fails = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL);
        if (output.json()) {
            ObjectNode json = Json.object().put("healthy", !fails);
            ArrayNode list = json.putArray("checks");
            findings.forEach(finding -> list.addObject().put("level", name(finding.level()))
                    .put("subject", finding.subject()).put("found", finding.found()).put("cure", finding.cure()));
            console.json(json);
        } else {
            for (Finding finding : findings) {
                console.line(String.format(Locale.ROOT, "%-4s  %s: %s", name(finding.level()), finding.subject(),
                        finding.found()));
                if (!finding.cure().isEmpty()) {
                    console.line("      cure: " + finding.cure());
                }
            }
        }
        return fails ? ExitCode.NEGATIVE : ExitCode.SUCCESS;
    }

    private static String name(Finding.Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
