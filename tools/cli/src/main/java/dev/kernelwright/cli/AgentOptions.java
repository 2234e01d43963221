package dev.kernelwright.cli;

import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.tuning.TemplateGenerator;
import dev.kernelwright.tuning.llm.AgentConfiguration;
import dev.kernelwright.tuning.llm.LlmGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who writes the kernels that a command tries. */
final class AgentOptions {
    /** Who proposes kernels. */
    enum Proposer {
        /** The search over templates. */
        TEMPLATE,
        /** A language model. */
        LLM,
        /** Templates first, and a model on top. */
        BOTH
    }

    @Option(names = "--generator", paramLabel = "WHO", description = "Who proposes kernels: template, llm or both,"
            + " templates first. Default: both where a model is named, else template.")
    private @Nullable String proposer;

    @Option(names = "--model", paramLabel = "MODEL", description = "The model that writes kernels: openai:NAME,"
            + " anthropic:NAME, ollama:NAME, or relay:DIR for a folder of questions and answers. Default:"
            + " $KERNELWRIGHT_MODEL.")
    private @Nullable String model;

    @Option(names = "--agent-config", paramLabel = "FILE", description = "Limits, prices and roles of the agent, as"
            + " JSON. Default: $KERNELWRIGHT_AGENT_CONFIG.")
    private @Nullable Path file;

    /** Returns whether a model is to be asked. */
    boolean asksModel() {
        return proposer() != Proposer.TEMPLATE;
    }

    private Proposer proposer() {
        String given = proposer;
        if (given == null) {
            return model() == null ? Proposer.TEMPLATE : Proposer.BOTH;
        }
        for (Proposer each : Proposer.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(given)) {
                return each;
            }
        }
        throw new InputException(
                "the generator '" + given + "' was asked for, but there are template, llm and both: use"
                        + " one of them");
    }

    private @Nullable String model() {
        if (model != null) {
            return model;
        }
        String variable = System.getenv(AgentConfiguration.MODEL);
        return variable == null || variable.isBlank() ? null : variable;
    }

    /**
     * Returns the generators in the order in which they are asked.
     *
     * @param cache the folder of the kernel cache, in which the agent's is
     * @param store where proven kernels are found
     */
    List<KernelGenerator> generators(Path cache, KernelStore store) {
        Proposer who = proposer();
        List<KernelGenerator> generators = new ArrayList<>();
        if (who != Proposer.LLM) {
            generators.add(new TemplateGenerator());
        }
        if (who != Proposer.TEMPLATE) {
            generators.add(agent(cache, store));
        }
        return generators;
    }

    private LlmGenerator agent(Path cache, KernelStore store) {
        Map<String, String> environment = System.getenv();
        try {
            String variable = environment.getOrDefault(AgentConfiguration.FILE, "");
            Optional<Path> configuration = file != null
                    ? Optional.of(file)
                    : variable.isBlank() ? Optional.empty() : Optional.of(Path.of(variable));
            return new LlmGenerator(AgentConfiguration.of(Optional.ofNullable(model()), configuration).settings(),
                    environment, home(cache), Optional.of(store));
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    /** Returns the agent's folder. */
    static Path home(Path cache) {
        String named = System.getenv(AgentConfiguration.HOME);
        return named == null || named.isBlank() ? cache.resolve("agent") : Path.of(named).toAbsolutePath();
    }
}
