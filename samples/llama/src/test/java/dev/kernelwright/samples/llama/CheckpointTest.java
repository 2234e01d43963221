package dev.kernelwright.samples.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading checkpoints, good and bad. */
class CheckpointTest {
    private static final ModelShape SHAPE = new ModelShape(8, 12, 2, 4, 2, 11, 6, false);

    @TempDir
    Path folder;

    @Test
    void weightsAreReadInTheOrderOfTheFormat() throws IOException {
        SyntheticModel synthetic = new SyntheticModel(SHAPE, 1);

        Checkpoint checkpoint = Checkpoint.load(synthetic.write(folder.resolve("model.bin")));

        assertThat(checkpoint.shape()).isEqualTo(SHAPE);
        assertThat(checkpoint.layers()).hasSize(2);
        assertThat(checkpoint.layers().get(1).wk().shape()).containsExactly(4, 8);
        assertThat(checkpoint.layers().get(1).wk().slice(3, 1).toFloatArray())
                .isEqualTo(synthetic.weights("wk", 1)[3]);
        assertThat(checkpoint.layers().get(0).w2().slice(7, 1).toFloatArray())
                .isEqualTo(synthetic.weights("w2", 0)[7]);
        assertThat(checkpoint.layers().get(1).ffnNorm().toFloatArray())
                .isEqualTo(synthetic.weights("ffn_norm", 1)[0]);
        assertThat(checkpoint.finalNorm().toFloatArray()).isEqualTo(synthetic.finalNorm);
        assertThat(checkpoint.classifier().slice(10, 1).toFloatArray()).isEqualTo(synthetic.classifier[10]);
    }

    @Test
    void aTiedClassifierIsTheEmbedding() throws IOException {
        ModelShape tied = new ModelShape(8, 12, 1, 4, 2, 11, 6, true);

        Checkpoint checkpoint = Checkpoint.load(new SyntheticModel(tied, 1).write(folder.resolve("model.bin")));

        assertThat(checkpoint.classifier()).isSameAs(checkpoint.embedding());
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Checkpoint.load(folder.resolve("none.bin")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.bin was asked for, but there is no such file");
    }

    @Test
    void aFolderIsNotACheckpoint() {
        assertThatThrownBy(() -> Checkpoint.load(folder))
                .isInstanceOf(IOException.class).hasMessageContaining("it is not a file");
    }

    @Test
    void aFileWithoutAHeaderIsRefused() throws IOException {
        assertRefused(new byte[27], "has 27 bytes, fewer than its header of 28");
    }

    @Test
    void aFileThatWasCutOffIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(new SyntheticModel(SHAPE, 1).write(folder.resolve("whole.bin")));

        assertRefused(Arrays.copyOf(whole, whole.length - 4),
                "has " + (whole.length - 4) + " bytes, but its header", "asks for " + whole.length);
    }

    @Test
    void aFileThatGoesOnIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(new SyntheticModel(SHAPE, 1).write(folder.resolve("whole.bin")));

        assertRefused(Arrays.copyOf(whole, whole.length + 1), "asks for " + whole.length);
    }

    @Test
    void aLaterVersionOfTheFormatIsToldApart() throws IOException {
        assertRefused(header(0x616b3432, 1, 64, 172, 5, 8, 4), "is of version 1", "export it with --version 0");
    }

    @ParameterizedTest
    @CsvSource({"0,12,2,4,2,11,6", "-8,12,2,4,2,11,6", "8,12,2,0,2,11,6", "8,12,2,4,0,11,6", "8,12,2,4,2,0,6",
            "8,12,0,4,2,11,6", "8,12,2,4,2,11,2147483647", "8,2147483647,2,4,2,11,6", "8,12,2147483647,4,2,11,6",
            "8,12,2,4,2,-2147483648,6", "10,12,2,4,2,11,6", "8,12,2,4,3,11,6", "8,12,2,8,2,11,6"})
    void sizesThatNoModelHasAreRefused(int dim, int hidden, int layers, int heads, int kvHeads, int vocab,
            int positions) throws IOException {
        assertRefused(header(dim, hidden, layers, heads, kvHeads, vocab, positions), "which no Llama model has");
    }

    @Test
    void theLargestSizesThatPassDoNotOverflow() throws IOException {
        assertRefused(header(1 << 20, 1 << 20, 1 << 12, 1, 1, 1 << 20, 1 << 20), "asks for 126109620023328796:");
    }

    private static byte[] header(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(values).forEach(buffer::putInt);
        return buffer.array();
    }

    private void assertRefused(byte[] file, String... parts) throws IOException {
        Path path = Files.write(folder.resolve("refused.bin"), file);
        assertThatThrownBy(() -> Checkpoint.load(path)).isInstanceOf(IOException.class)
                .hasMessageContaining("the checkpoint " + path).hasMessageContainingAll(parts);
    }
}
