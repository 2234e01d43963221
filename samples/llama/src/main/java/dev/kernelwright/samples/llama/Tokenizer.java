package dev.kernelwright.samples.llama;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A byte-pair tokenizer as llama2.c writes it: pieces of text, each with a score by which neighbours are merged.
 *
 * <p>A piece is bytes, not always whole characters, so it is held as a string with one character for each byte.
 */
final class Tokenizer {
    /** The token that begins a text, and that the model gives after its end. */
    static final int BEGIN = 1;

    private static final int UNKNOWN = 0;
    private static final int MAX_PIECE_BYTES = 1 << 16;
    /** Below every score in use. */
    private static final float LOWEST_SCORE = -1e10f;

    /** The piece of a token that stands for one byte. */
    private static final Pattern RAW_BYTE = Pattern.compile("<0x([0-9A-F]{2})>");

    private final String[] pieces;
    private final float[] scores;
    private final Map<String, Integer> tokens = new HashMap<>();

    private Tokenizer(String[] pieces, float[] scores) {
        this.pieces = pieces;
        this.scores = scores;
        for (int token = 0; token < pieces.length; token++) {
            tokens.putIfAbsent(pieces[token], token);
        }
    }

    /**
     * Loads a tokenizer.
     *
     * @param vocabSize the number of tokens, which stands in the checkpoint and not in the tokenizer's file
     * @throws IOException if it cannot be read or is not one of that many tokens; the message is one sentence
     */
    static Tokenizer load(Path path, int vocabSize) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = ModelFile.map(path, "tokenizer", arena);
            String[] pieces = new String[vocabSize];
            float[] scores = new float[vocabSize];
            // The length of the longest piece comes first, which only a program with a fixed buffer needs.
            long offset = Integer.BYTES;
            for (int token = 0; token < vocabSize; token++) {
                if (offset + Float.BYTES + Integer.BYTES > file.byteSize()) {
                    throw mismatch(path, "ends after " + token + " tokens", vocabSize);
                }
                scores[token] = file.get(ModelFile.FLOAT, offset);
                int length = file.get(ModelFile.INT, offset + Float.BYTES);
                offset += Float.BYTES + Integer.BYTES;
                if (length < 0 || length > Math.min(MAX_PIECE_BYTES, file.byteSize() - offset)) {
                    throw mismatch(path, "gives token " + token + " " + length + " bytes", vocabSize);
                }
                pieces[token] = new String(file.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
                offset += length;
            }
            if (offset != file.byteSize()) {
                throw mismatch(path, "goes on after " + vocabSize + " tokens", vocabSize);
            }
            return new Tokenizer(pieces, scores);
        }
    }

    private static IOException mismatch(Path path, String found, int vocabSize) {
        return new IOException("the tokenizer " + path + " " + found + ", but the checkpoint has " + vocabSize
                + " tokens: pass the tokenizer that the model was trained with");
    }

    /**
     * Returns the tokens of a text, {@link #BEGIN} first: one for each character, then the neighbours that make the best
     * piece merged, until none do. A text that is not empty gets a space before it, as in training.
     */
    int[] encode(String text) {
        List<Integer> encoded = new ArrayList<>();
        if (!text.isEmpty()) {
            (" " + text).codePoints().forEach(character -> addCharacter(Character.toString(character), encoded));
        }
        while (mergeBestPair(encoded)) {
            // Each time one token fewer.
        }
        encoded.addFirst(BEGIN);
        return encoded.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Adds the token of a character, or one for each of its bytes if it has none of its own. */
    private void addCharacter(String character, List<Integer> encoded) {
        byte[] bytes = character.getBytes(UTF_8);
        Integer token = tokens.get(new String(bytes, ISO_8859_1));
        if (token != null) {
            encoded.add(token);
            return;
        }
        for (byte b : bytes) {
            encoded.add(tokens.getOrDefault("<0x" + HexFormat.of().withUpperCase().toHexDigits(b) + ">", UNKNOWN));
        }
    }

    private boolean mergeBestPair(List<Integer> encoded) {
        float bestScore = LOWEST_SCORE;
        int best = -1;
        int merged = UNKNOWN;
        for (int i = 0; i + 1 < encoded.size(); i++) {
            Integer token = tokens.get(pieces[encoded.get(i)] + pieces[encoded.get(i + 1)]);
            if (token != null && scores[token] > bestScore) {
                bestScore = scores[token];
                best = i;
                merged = token;
            }
        }
        if (best < 0) {
            return false;
        }
        encoded.subList(best, best + 2).clear();
        encoded.add(best, merged);
        return true;
    }

    /**
     * Returns the bytes to print for a token.
     *
     * @param previous the token before it: the first word of a text loses the space before it
     */
    byte[] decode(int previous, int token) {
        String piece = pieces[token];
        if (previous == BEGIN && piece.startsWith(" ")) {
            piece = piece.substring(1);
        }
        Matcher rawByte = RAW_BYTE.matcher(piece);
        if (rawByte.matches()) {
            piece = Character.toString((char) HexFormat.fromHexDigits(rawByte.group(1)));
        }
        return isControl(piece) ? new byte[0] : piece.getBytes(ISO_8859_1);
    }

    /** Whether a piece is a character that would do something to a terminal, such as a bell. */
    private static boolean isControl(String piece) {
        return piece.length() == 1 && piece.charAt(0) < 0x80 && Character.isISOControl(piece.charAt(0))
                && !Character.isWhitespace(piece.charAt(0));
    }
}
