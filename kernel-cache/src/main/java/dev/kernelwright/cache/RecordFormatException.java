package dev.kernelwright.cache;

import org.jspecify.annotations.Nullable;

/** Thrown when bytes are not a tuning record that this version can read; the message is one sentence that says why. */
public final class RecordFormatException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean newerVersion;

    private RecordFormatException(String message, boolean newerVersion) {
        super(message);
        this.newerVersion = newerVersion;
    }

    /** Returns the exception for bytes that are damaged, or are not a record at all. */
    static RecordFormatException malformed(@Nullable String message) {
        return new RecordFormatException(StrictJson.sentence(message), false);
    }

    /** Returns the exception for a sound record of a later format version. */
    static RecordFormatException newer(int found, int known) {
        return new RecordFormatException(
                "the record has the format version " + found + ", and this library reads up to "
                        + known + ": use a newer Kernelwright",
                true);
    }

    /** Returns whether the record is sound but of a later format version: another process may be able to use it. */
    public boolean isNewerVersion() {
        return newerVersion;
    }
}
