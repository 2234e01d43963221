package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    private static final String WORKLOAD = "rms_norm(rows=4,cols=64)";

    @TempDir
    private Path cache;

    private CommandRun explain(String workload, String... more) {
        String[] all = new String[more.length + 4];
        all[0] = "explain";
        all[1] = workload;
        all[2] = "--cache";
        all[3] = cache.toString();
        System.arraycopy(more, 0, all, 4, more.length);
        return CommandRun.of(all);
    }

    @Test
    void aHitSaysWhatTheRecordPromises() throws IOException {
        TuningRecord record = Records.tuned(WORKLOAD, Records.thisMachine());
        Records.put(cache, record);
        assertThat(explain(WORKLOAD).endedWith(0).out()).contains("hit", record.key().toString(), "4.00x", "1.00 µs");
        JsonNode json = explain(WORKLOAD, "--json").endedWith(0).json();
        assertThat(json.get("hit").booleanValue()).isTrue();
        assertThat(json.get("key").textValue()).isEqualTo(record.key().digest());
        assertThat(json.at("/evaluation/speedup").doubleValue()).isEqualTo(4);
    }

    @Test
    void aMissNamesTheFieldsOfTheNearestRecord() throws IOException {
        TuningRecord near = Records.tuned(WORKLOAD, Records.otherMachine("threads", "64"));
        Records.put(cache, near, Records.tuned("add(n=16)", Records.thisMachine()),
                Records.tuned("rms_norm(rows=8,cols=65,eps=1)", Records.thisMachine()));
        String threads = Integer.toString(Runtime.getRuntime().availableProcessors());

        CommandRun run = explain(WORKLOAD).endedWith(1);
        assertThat(run.out()).contains("miss", near.key().toString(), "differs in 1 field");
        assertThat(run.out().lines().toList()).last().asString().matches("target.threads +" + threads + " +64");

        JsonNode json = explain(WORKLOAD, "--json").endedWith(1).json();
        assertThat(json.get("hit").booleanValue()).isFalse();
        assertThat(json.get("nearest").textValue()).isEqualTo(near.key().digest());
        assertThat(json.get("differences")).hasSize(1);
        JsonNode difference = json.get("differences").get(0);
        assertThat(difference.get("field").textValue()).isEqualTo("target.threads");
        assertThat(difference.get("wanted").textValue()).isEqualTo(threads);
        assertThat(difference.get("found").textValue()).isEqualTo("64");
    }

    @Test
    void theNumberOfThreadsAskedForIsPartOfTheKey() throws IOException {
        Records.put(cache, Records.tuned(WORKLOAD, Records.otherMachine("threads", "7")));
        explain(WORKLOAD, "--threads", "7").endedWith(0);
        explain(WORKLOAD, "--threads", "6").endedWith(1);
    }

    @Test
    void aFieldThatOneOfBothHasNotIsAbsent() throws IOException {
        Records.put(cache, Records.tuned("softmax(rows=4,cols=64)", Records.thisMachine()));
        assertThat(explain(WORKLOAD).endedWith(1).out()).containsPattern("attribute.eps +1.0E-5 +\\(absent\\)");
        assertThat(explain(WORKLOAD, "--json").json().get("differences").findValues("found"))
                .anyMatch(JsonNode::isNull);
    }

    @Test
    void aRecordOfAnEarlierJavaIsAHitThatIsCompiledAnew() throws IOException {
        Records.put(cache, Records.tuned(WORKLOAD, Records.otherMachine("java", "24")));
        assertThat(explain(WORKLOAD).endedWith(0).out()).contains("hit", "made with java 24", "compiled anew");
        assertThat(explain(WORKLOAD, "--json").endedWith(0).json().get("moved").get(0).textValue()).isEqualTo("java");
    }

    @Test
    void aRecordOfALaterJavaIsAMissThatSaysWhatIsNeeded() throws IOException {
        Records.put(cache, Records.tuned(WORKLOAD, Records.otherMachine("java", "9999")));
        assertThat(explain(WORKLOAD).endedWith(1).out()).contains("later driver or compiler")
                .containsPattern("target.java +" + Runtime.version().feature() + " +at least 9999");
        JsonNode difference = explain(WORKLOAD, "--json").endedWith(1).json().get("differences").get(0);
        assertThat(difference.get("field").textValue()).isEqualTo("target.java");
        assertThat(difference.get("rule").textValue()).isEqualTo("at least");
    }

    @Test
    void anExpiredRecordIsAMissThatSaysSo() throws IOException {
        Records.put(cache,
                Records.baselineKept(WORKLOAD, Records.thisMachine(), Instant.parse("2026-02-01T00:00:00Z")));
        assertThat(explain(WORKLOAD).endedWith(1).out()).contains("expired at 2026-02-01T00:00:00Z");
    }

    @Test
    void anEmptyCacheIsAMissThatSaysSo() {
        assertThat(explain(WORKLOAD, "--json").endedWith(1).json().get("reason").textValue()).contains("is empty");
    }
}
