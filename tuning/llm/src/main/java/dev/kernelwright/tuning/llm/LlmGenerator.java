package dev.kernelwright.tuning.llm;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.llm.budget.Ledger;
import dev.kernelwright.tuning.llm.budget.PriceTable;
import dev.kernelwright.tuning.llm.model.LanguageModel;
import dev.kernelwright.tuning.llm.model.ModelAddress;
import dev.kernelwright.tuning.llm.prompt.Briefing;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.Step;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Has kernels written by a language model, told by the compiler, the verifier and the clock what is wrong or slow.
 *
 * <p>All searches of one generator share its ledger and its circuit breaker, and each has a log of its own, below the
 * agent's folder. A search whose log has not ended is continued by the next one for its key with the same settings.
 */
public final class LlmGenerator implements KernelGenerator {
    private static final int MAX_NEIGHBOURS = 2;
    private static final int MAX_KEYS_READ = 256;
    private static final int FAILURES_TO_OPEN = 5;
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int KEY_CHARS = 12;

    private final LlmSettings settings;
    private final Path home;
    private final Optional<KernelStore> store;
    private final Notes notes;
    private final Map<Step, ModelCaller> callers = new EnumMap<>(Step.class);
    private final Ledger ledger;

    /**
     * Creates a generator; nothing is asked before a search needs it.
     *
     * @param settings how it works
     * @param environment where keys and base URLs are looked up
     * @param home the agent's folder, for logs, notes and what was spent
     * @param store where proven kernels are found, if they are to be shown
     * @throws IllegalArgumentException if a model cannot be opened, or has no price though money is limited
     */
    public LlmGenerator(LlmSettings settings, Map<String, String> environment, Path home, Optional<KernelStore> store) {
        this(settings, environment, home, store, Clock.systemUTC(), time -> Thread.sleep(time));
    }

    LlmGenerator(LlmSettings settings, Map<String, String> environment, Path home, Optional<KernelStore> store,
            Clock clock, ModelCaller.Sleeper sleeper) {
        this.settings = settings;
        this.home = home;
        this.store = store;
        this.notes = new Notes(home);
        this.ledger = new Ledger(settings.limits(), home, clock);
        Map<String, ModelCaller> byAddress = new HashMap<>();
        for (Step step : Step.values()) {
            ModelAddress address = switch (step) {
                case PLAN -> settings.planner().orElse(settings.author());
                case CRITIQUE -> settings.critic().orElse(settings.author());
                case DRAFT, REPAIR, REFINE, RESTART -> settings.author();
            };
            callers.put(step, byAddress.computeIfAbsent(address.toString(), _ -> {
                LanguageModel model = address.open(environment, settings.relayWait());
                return new ModelCaller(model, price(model), ledger,
                        new CircuitBreaker(FAILURES_TO_OPEN, PAUSE, clock), new SplittableRandom(), sleeper);
            }));
        }
    }

    /** A price is needed where money is limited, and where there is a table, which is then meant to be complete. */
    private Optional<PriceTable.Price> price(LanguageModel model) {
        boolean needed = model.isPaid()
                && (settings.limits().limitsMoney() || !settings.prices().prices().isEmpty());
        return needed ? Optional.of(settings.prices().require(model.name())) : settings.prices().find(model.name());
    }

    @Override
    public String name() {
        return "llm";
    }

    /** Returns what this process has spent so far. */
    public Ledger ledger() {
        return ledger;
    }

    /** Returns the folder of the logs. */
    public Path sessions() {
        return home.resolve("sessions");
    }

    @Override
    public Search start(TuningRequest request) {
        KernelSignature signature = request.workload().signature();
        KernelDialect dialect = request.backend().dialect(signature)
                .orElseThrow(() -> new ModelUnavailableException("the backend of " + request.backend().device().name()
                        + " does not say how kernels are written for it, so no model can: use its newest version"));
        String target = Notes.targetDigest(request.backend().target());
        SearchState state = new SearchState(signature, dialect.language());
        try {
            SessionLog log = open(request, dialect, target, state);
            Briefing briefing = new Briefing(request.workload(), dialect, request.backend().device(),
                    request.rooflines().of(request.backend()), request.threads(),
                    settings.retrieval() ? neighbours(request, dialect.language()) : List.of(),
                    settings.memory() ? notes.find(request.workload(), target, log.file()) : List.of());
            return new ModelSearch(request, settings, log, sessionName(log.file()), state,
                    new PromptWriter(briefing, settings.maxPromptTokens()), callers);
        } catch (IOException e) {
            throw new ModelUnavailableException("the session could not be opened: " + e.getMessage());
        } catch (IllegalStateException e) {
            throw new ModelUnavailableException("the session of " + request.workload() + " cannot be continued: "
                    + e.getMessage());
        }
    }

    /** Continues the newest log for the key if it has not ended, else begins one. */
    private SessionLog open(TuningRequest request, KernelDialect dialect, String target, SearchState state)
            throws IOException {
        String prefix = request.key().digest().substring(0, KEY_CHARS) + "-";
        String device = request.backend().device().name() + " (" + request.backend().device().model() + ")";
        Files.createDirectories(sessions());
        int number = 1;
        while (Files.exists(sessions().resolve(prefix + (number + 1) + ".jsonl"))) {
            number++;
        }
        Path newest = sessions().resolve(prefix + number + ".jsonl");
        if (Files.exists(newest)) {
            SessionLog log = SessionLog.resume(newest);
            if (isContinued(log, request)) {
                log.entries().forEach(entry -> state.apply(entry.event()));
                ledger.carry(request.key().digest(), state.spent());
                SessionEvent resumed = new SessionEvent.Resumed(device);
                log.append(resumed);
                state.apply(resumed);
                return log;
            }
            number++;
        }
        Path file = sessions().resolve(prefix + number + ".jsonl");
        SessionLog log = SessionLog.create(file);
        String text = request.workload().toString();
        SessionEvent opened = new SessionEvent.Opened(SessionEvent.Opened.FORMAT, sessionName(file),
                text.substring(0, text.lastIndexOf(':')), request.workload().signature().dtype().id(),
                Notes.family(request.workload()), request.key().digest(), target, device, dialect.language(),
                settings.author().toString(), settings.text());
        log.append(opened);
        state.apply(opened);
        return log;
    }

    private boolean isContinued(SessionLog log, TuningRequest request) {
        List<SessionLog.Entry> entries = log.entries();
        return !entries.isEmpty() && entries.getFirst().event() instanceof SessionEvent.Opened opened
                && opened.format() == SessionEvent.Opened.FORMAT && opened.key().equals(request.key().digest())
                && opened.model().equals(settings.author().toString()) && opened.settings().equals(settings.text())
                && !(entries.getLast().event() instanceof SessionEvent.Ended);
    }

    private static String sessionName(Path file) {
        return file.getFileName().toString().replaceFirst("\\.jsonl$", "");
    }

    /** Returns proven kernels for the same op elsewhere, or for another op on the same device, the nearest first. */
    private List<Briefing.Neighbour> neighbours(TuningRequest request, String language) {
        if (store.isEmpty()) {
            return List.of();
        }
        Comparator<KernelKey> nearest = Comparator.<KernelKey>comparingInt(key -> key.differences(request.key()).size())
                .thenComparing(KernelKey::digest);
        List<Briefing.Neighbour> found = new ArrayList<>();
        String op = request.key().fields().get("op");
        for (KernelKey key : store.get().keys().stream().filter(key -> !key.equals(request.key()))
                .sorted(Comparator
                        .<KernelKey, Boolean>comparing(key -> !String.valueOf(key.fields().get("op")).equals(op))
                        .thenComparing(nearest))
                .limit(MAX_KEYS_READ).toList()) {
            Optional<TuningRecord> record = store.get().find(key);
            if (found.size() < MAX_NEIGHBOURS && record.isPresent() && record.get().kernel() != null
                    && record.get().kernel().source().language().equals(language)) {
                found.add(new Briefing.Neighbour(title(record.get()), record.get().kernel().source().text()));
            }
        }
        return found;
    }

    private static String title(TuningRecord record) {
        StringBuilder axes = new StringBuilder();
        record.key().fields().forEach((name, value) -> {
            if (name.startsWith("axis.") || name.startsWith("attribute.")) {
                axes.append(axes.isEmpty() ? "" : ",").append(name.substring(name.indexOf('.') + 1)).append('=')
                        .append(value);
            }
        });
        return String.format(Locale.ROOT, "%s(%s), %.2f times the baseline there", record.key().fields().get("op"),
                axes,
                record.evaluation().speedup());
    }
}
