package dev.kernelwright.backend.cpu;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The words in a class file's constant pool, to be replaced by others of whatever length. */
final class ClassFileWords {
    private ClassFileWords() {}

    /** Returns where the words are, each beginning with its length in two bytes. */
    static List<Integer> positions(byte[] classFile) {
        ByteBuffer in = ByteBuffer.wrap(classFile);
        List<Integer> words = new ArrayList<>();
        int count = in.getShort(8) & 0xffff;
        int at = 10;
        for (int i = 1; i < count; i++) {
            int tag = classFile[at++];
            switch (tag) {
                case 1 -> {
                    words.add(at);
                    at += 2 + length(classFile, at);
                }
                case 5, 6 -> {
                    at += 8;
                    i++;
                }
                case 7, 8, 16, 19, 20 -> at += 2;
                case 15 -> at += 3;
                default -> at += 4;
            }
        }
        return words;
    }

    private static int length(byte[] classFile, int at) {
        return ByteBuffer.wrap(classFile).getShort(at) & 0xffff;
    }

    /** Returns the class file with another word at a position. */
    static byte[] replaceAt(byte[] classFile, int at, String by) {
        byte[] word = by.getBytes(StandardCharsets.UTF_8);
        int end = at + 2 + length(classFile, at);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(classFile, 0, at);
        out.write(word.length >> 8);
        out.write(word.length);
        out.writeBytes(word);
        out.write(classFile, end, classFile.length - end);
        return out.toByteArray();
    }

    /** Returns the class file with one word replaced. */
    static byte[] replace(byte[] classFile, String word, String by) {
        for (int at : positions(classFile)) {
            if (new String(classFile, at + 2, length(classFile, at), StandardCharsets.UTF_8).equals(word)) {
                return replaceAt(classFile, at, by);
            }
        }
        throw new IllegalArgumentException("the class file has no word '" + word + "'");
    }
}
