package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which proven kernels of the store are shown to a model. */
class NeighboursTest {
    @TempDir
    private Path home;

    /** A store in a map. */
    private static final class Shelf implements KernelStore {
        private final Map<KernelKey, TuningRecord> records = new LinkedHashMap<>();

        @Override
        public Optional<TuningRecord> find(KernelKey key) {
            return Optional.ofNullable(records.get(key));
        }

        @Override
        public void put(TuningRecord record) {
            records.put(record.key(), record);
        }

        @Override
        public boolean remove(KernelKey key) {
            return records.remove(key) != null;
        }

        @Override
        public List<KernelKey> keys() {
            return List.copyOf(records.keySet());
        }

        @Override
        public String location() {
            return "a shelf";
        }

        @Override
        public List<String> problems() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private static TuningRecord record(String text, String language) {
        return record(text, language, TestBackend.plain().target());
    }

    private static TuningRecord record(String text, String language, Target target) {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        KernelTemplate template = KernelTemplate.parse(language, "// @step run grid=1\n// the kernel of " + text);
        KernelSource source = template.expand(Map.of(), workload.signature());
        return new TuningRecord(KernelKey.of(workload, target), target,
                new TuningRecord.Kernel(source,
                        new KernelBinary("x", new byte[0], source.plan(), "")),
                Searches.judge(source), Map.of(), Instant.EPOCH,
                null);
    }

    private String question(String settings) throws IOException {
        Shelf shelf = new Shelf();
        shelf.put(record("rms_norm(rows=8,cols=1024,eps=1e-5)", "java-vector"));
        shelf.put(record("add(n=64)", "java-vector"));
        shelf.put(record("softmax(rows=8,cols=1024)", "java-vector"));
        shelf.put(record("rms_norm(rows=8,cols=4096,eps=1e-6)", "java-vector"));
        shelf.put(record("rms_norm(rows=8,cols=2048,eps=1e-5)", "java-vector"));
        shelf.put(record("rms_norm(rows=8,cols=512,eps=1e-5)", "cuda-c++"));
        return question(shelf, settings);
    }

    private String question(Shelf shelf, String settings) throws IOException {
        Path file = home.resolve("agent.json");
        Files.writeString(file,
                "{\"author\": \"relay:" + home.resolve("relay") + "\", \"relayWaitSeconds\": 0" + settings
                        + "}");
        LlmGenerator generator = new LlmGenerator(AgentConfiguration.of(Optional.empty(), Optional.of(file)).settings(),
                Map.of(), home, Optional.of(shelf));
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(1)))
                .isInstanceOf(ModelUnavailableException.class);
        return Searches.events(home, SessionEvent.Asked.class).getFirst().user();
    }

    @Test
    void theNearestKernelsOfTheSameOpInTheSameLanguageComeFirstAndItsOwnNever() throws IOException {
        String question = question("");
        assertThat(question).containsSubsequence("the kernel of rms_norm(rows=8,cols=2048,eps=1e-5)",
                "the kernel of rms_norm(rows=8,cols=4096,eps=1e-6)")
                .doesNotContain("cols=512", "the kernel of add", "the kernel of softmax",
                        "the kernel of rms_norm(rows=8,cols=1024");
    }

    @Test
    void theSameOpOfAnotherDeviceAndAnotherOpOfTheSameDeviceFillTheRest() throws IOException {
        Shelf shelf = new Shelf();
        shelf.put(record("add(n=64)", "java-vector"));
        shelf.put(record("rms_norm(rows=8,cols=1024,eps=1e-5)", "java-vector",
                new Target(List.of(Target.exact("backend", "test"), Target.exact("device", "another")))));
        assertThat(question(shelf, "")).containsSubsequence("the kernel of rms_norm(rows=8,cols=1024,eps=1e-5)",
                "the kernel of add(n=64)");
    }

    @Test
    void withoutRetrievalNoneIsShown() throws IOException {
        assertThat(question(", \"retrieval\": false")).doesNotContain("the kernel of");
    }
}
