package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadsFileTest {
    @TempDir
    private Path folder;

    private List<Workload> read(String json) throws IOException {
        return WorkloadsFile.read(Files.writeString(folder.resolve("workloads.json"), json));
    }

    @Test
    void readsWhatTheDocumentationShows() throws IOException {
        assertThat(read("""
                {"workloads": [
                  {"op": "rms_norm", "dtype": "f32", "axes": {"rows": 1, "cols": 4096}, "attributes": {"eps": 1e-5}},
                  {"op": "rms_norm", "axes": {"rows": "1..64", "cols": 4096}},
                  {"op": "matmul", "dtype": "bf16", "axes": {"m": 1, "n": 2, "k": 3}, "attributes": {"transpose_b": 1}}
                ]}
                """)).map(Workload::toString).containsExactly("rms_norm(rows=1,cols=4096,eps=1.0E-5):f32",
                "rms_norm(rows=1..64,cols=4096,eps=1.0E-5):f32", "matmul(m=1,n=2,k=3,transpose_b=1):bf16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"transformer-block", "llama-3-8b"})
    void readsTheSamplesOfWhichNoWorkloadIsThereTwice(String sample) {
        assertThat(WorkloadsFile.read(Path.of("../../samples", sample + ".json"))).extracting(Workload::toString)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            | the file is empty
            {                                                                            | is not JSON: line 1
            {"workloads": []} {}                                                         | is not JSON: line 1, column 19: there is more
            {"workloads": [], "workloads": []}                                           | is not JSON: line 1, column
            []                                                                           | the file is []
            {}                                                                           | : workloads is missing
            {"workloads": {}}                                                            | : workloads is not a list
            {"workloads": []}                                                            | : workloads has 0 entries
            {"workloads": [], "more": 1}                                                 | : more does not belong there
            {"workloads": [7]}                                                           | : workloads[0] is 7
            {"workloads": [{}]}                                                          | : workloads[0].op is missing
            {"workloads": [{"op": 1}]}                                                   | : workloads[0].op is 1
            {"workloads": [{"op": "ad"}]}                                                | : workloads[0].op cannot be used: the op 'ad' is unknown
            {"workloads": [{"op": "add"}]}                                               | : workloads[0].axes is missing
            {"workloads": [{"op": "add", "axes": []}]}                                   | : workloads[0].axes is not an object
            {"workloads": [{"op": "add", "axes": {}}]}                                   | : workloads[0] cannot be used: add was asked for without the axis 'n'
            {"workloads": [{"op": "add", "axes": {"n": 1, "m": 1}}]}                     | : workloads[0].axes.m cannot be used
            {"workloads": [{"op": "add", "axes": {"n": 1.5}}]}                           | : workloads[0].axes.n is 1.5
            {"workloads": [{"op": "add", "axes": {"n": true}}]}                          | : workloads[0].axes.n is true
            {"workloads": [{"op": "add", "axes": {"n": null}}]}                          | : workloads[0].axes.n is null
            {"workloads": [{"op": "add", "axes": {"n": "4"}}]}                           | : workloads[0].axes.n is "4"
            {"workloads": [{"op": "add", "axes": {"n": "1..x"}}]}                        | : workloads[0].axes.n is "1..x"
            {"workloads": [{"op": "add", "axes": {"n": "9..1"}}]}                        | : workloads[0].axes.n cannot be used
            {"workloads": [{"op": "add", "axes": {"n": -1}}]}                            | : workloads[0].axes.n cannot be used
            {"workloads": [{"op": "add", "axes": {"n": 99999999999999999999}}]}          | : workloads[0].axes.n is 99999999999999999999
            {"workloads": [{"op": "add", "axes": {"n": 1}, "dtype": "f8"}]}              | : workloads[0].dtype cannot be used: unknown dtype 'f8'
            {"workloads": [{"op": "add", "axes": {"n": 1}, "dtype": "i32"}]}             | : workloads[0].dtype cannot be used
            {"workloads": [{"op": "add", "axes": {"n": 1}, "dtype": 32}]}                | : workloads[0].dtype is 32
            {"workloads": [{"op": "add", "axes": {"n": 1}, "attributes": []}]}           | : workloads[0].attributes is []
            {"workloads": [{"op": "add", "axes": {"n": 1}, "attributes": {"eps": 1}}]}   | : workloads[0].attributes.eps cannot be used
            {"workloads": [{"op": "add", "axes": {"n": 1}, "device": "cpu"}]}            | : workloads[0].device does not belong there
            {"workloads": [{"op": "add", "axes": {"n": 1}}, {"op": "sum", "axes": {"rows": 1, "cols": []}}]} | : workloads[1].axes.cols is []
            {"workloads": [{"op": "rms_norm", "axes": {"rows": 1, "cols": 8}, "attributes": {"eps": "1"}}]}  | : workloads[0].attributes.eps is "1"
            """)
    void aFaultIsNamedByItsPath(String json, String said) {
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> read(json == null ? "" : json))
                .withMessageStartingWith(folder.toString()).withMessageContaining(said)
                .extracting(InputException::getMessage).asString().doesNotContain("\n");
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("binary.json"), new byte[]{'"', (byte) 0xff, '"'});
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> WorkloadsFile.read(file))
                .withMessageContaining("not UTF-8");
    }

    @Test
    void aFolderIsRefused() {
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> WorkloadsFile.read(folder))
                .withMessageContaining("which is a folder");
    }

    @Test
    void aFileWithoutEndIsNotReadToItsEnd() {
        Path endless = Path.of("/dev/zero");
        assumeTrue(Files.isReadable(endless), "this system has no /dev/zero");
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> WorkloadsFile.read(endless))
                .withMessageContaining("split it");
    }
}
