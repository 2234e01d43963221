package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Sentences for what a file system refused: what was asked, what was found, and the cure. */
final class DiskFaults {
    private DiskFaults() {}

    /**
     * Returns the sentence.
     *
     * @param asked what was not done, for example {@code the record 0a1b could not be stored}
     * @param root the cache's folder
     * @param found what the file system said
     */
    static String sentence(String asked, Path root, IOException found) {
        return asked + " in the kernel cache " + root + ", " + reasonAndCure(root, found);
    }

    private static String reasonAndCure(Path root, IOException found) {
        if (!Files.exists(root)) {
            return "which is gone: create the folder again, or restart, which creates it";
        }
        String reason = found instanceof FileSystemException e && e.getReason() != null
                ? e.getReason()
                : String.valueOf(found.getMessage());
        String elsewhere = "keep the cache (" + CacheLocation.VARIABLE + ") ";
        String lowerCase = reason.toLowerCase(Locale.ROOT);
        if (lowerCase.contains("no space left") || lowerCase.contains("not enough space")) {
            return "whose disk is full: free some space, or " + elsewhere + "on another disk";
        }
        if (lowerCase.contains("quota")) {
            return "where your quota is used up: free some space, or " + elsewhere + "on another disk";
        }
        if (lowerCase.contains("read-only file system")) {
            return "which is on a read-only file system: mount it for writing, or " + elsewhere
                    + "where you may write";
        }
        if (found instanceof AccessDeniedException e) {
            return "where this user may not use " + e.getFile() + ": correct its permissions, or " + elsewhere
                    + "in a folder of your own";
        }
        return "where the file system said '" + found.getClass().getSimpleName() + ": " + found.getMessage()
                + "': correct that, or " + elsewhere + "elsewhere";
    }
}
