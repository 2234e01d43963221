package dev.kernelwright.samples.llama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encoding, decoding, and files that are no tokenizers. */
class TokenizerTest {
    private static final int FIRST_BYTE = 3;
    private static final int FIRST_PIECE = FIRST_BYTE + 256;
    /** After the three special tokens and the 256 bytes. Merging prefers the lesser number, as in a trained one. */
    private static final List<String> PIECES = List.of("he", "ll", " he", "llo", "lo", " ", "h", "e", "l", "o", "é");

    @TempDir
    Path folder;

    @Test
    void neighboursAreMergedByBestScore() throws IOException {
        // " ", h, e, l, l, o: "he" is better than " he", and "ll" better than "lo".
        assertThat(pieces(tokenizer(), "hello")).containsExactly(" he", "llo");
    }

    @Test
    void aMergeThatIsBestFirstCanPreventALongerPiece() throws IOException {
        // "l", "o", with "ll" merged before "lo" can be.
        assertThat(pieces(tokenizer(), "llol")).containsExactly(" ", "llo", "l");
    }

    @Test
    void anEmptyTextIsTheBeginningAlone() throws IOException {
        assertThat(tokenizer().encode("")).containsExactly(Tokenizer.BEGIN);
    }

    @Test
    void aCharacterWithoutAPieceOfItsOwnBecomesItsBytes() throws IOException {
        assertThat(tokenizer().encode("€")).containsExactly(Tokenizer.BEGIN, FIRST_PIECE + PIECES.indexOf(" "),
                FIRST_BYTE + 0xe2, FIRST_BYTE + 0x82, FIRST_BYTE + 0xac);
    }

    @Test
    void whatWasEncodedIsDecodedAgain() throws IOException {
        for (String text : List.of("hello", "h e l l o", "olé", "a €uro\nfor 😀", " leading")) {
            assertThat(decode(tokenizer(), text)).isEqualTo(text);
        }
    }

    @Test
    void onlyTheSpaceThatBeginsATextIsStripped() throws IOException {
        Tokenizer tokenizer = tokenizer();
        int token = FIRST_PIECE + PIECES.indexOf(" he");

        assertThat(tokenizer.decode(Tokenizer.BEGIN, token)).isEqualTo("he".getBytes(UTF_8));
        assertThat(tokenizer.decode(token, token)).isEqualTo(" he".getBytes(UTF_8));
    }

    @Test
    void controlCharactersAreNotPrintedButForWhiteSpace() throws IOException {
        assertThat(tokenizer().decode(0, FIRST_BYTE + 0x07)).isEmpty();
        assertThat(tokenizer().decode(0, FIRST_BYTE + '\n')).containsExactly('\n');
    }

    @Test
    void aTokenizerOfFewerTokensThanTheModelIsRefused() throws IOException {
        Path file = write(allPieces());

        assertThatThrownBy(() -> Tokenizer.load(file, 32_000)).isInstanceOf(IOException.class)
                .hasMessageContaining(file + " ends after 270 tokens, but the checkpoint has 32000 tokens");
    }

    @Test
    void aTokenizerOfMoreTokensThanTheModelIsRefused() throws IOException {
        Path file = write(allPieces());

        assertThatThrownBy(() -> Tokenizer.load(file, 269)).isInstanceOf(IOException.class)
                .hasMessageContaining("goes on after 269 tokens");
    }

    @Test
    void aFileThatIsNoTokenizerIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("text.bin"), "Once upon a time, there was a little girl.");

        assertThatThrownBy(() -> Tokenizer.load(file, 512)).isInstanceOf(IOException.class)
                .hasMessageContaining("gives token 0 ")
                .hasMessageContaining("bytes, but the checkpoint has 512 tokens");
    }

    private Tokenizer tokenizer() throws IOException {
        return Tokenizer.load(write(allPieces()), FIRST_PIECE + PIECES.size());
    }

    private static List<String> allPieces() {
        List<String> all = new ArrayList<>(List.of("<unk>", "\n<s>\n", "\n</s>\n"));
        for (int b = 0; b < 256; b++) {
            all.add("<0x%02X>".formatted(b));
        }
        all.addAll(PIECES);
        return all;
    }

    private Path write(List<String> pieces) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).putInt(7);
        for (int token = 0; token < pieces.size(); token++) {
            byte[] bytes = pieces.get(token).getBytes(UTF_8);
            buffer.putFloat(Math.min(0, FIRST_PIECE - token)).putInt(bytes.length).put(bytes);
        }
        return Files.write(folder.resolve("tokenizer.bin"), Arrays.copyOf(buffer.array(), buffer.position()));
    }

    private static List<String> pieces(Tokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text)).skip(1).mapToObj(token -> allPieces().get(token)).toList();
    }

    private static String decode(Tokenizer tokenizer, String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] tokens = tokenizer.encode(text);
        for (int i = 1; i < tokens.length; i++) {
            out.write(tokenizer.decode(tokens[i - 1], tokens[i]));
        }
        return out.toString(UTF_8);
    }
}
