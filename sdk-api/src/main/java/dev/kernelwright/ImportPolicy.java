package dev.kernelwright;

/**
 * Whether a record that nobody has verified on this machine is rechecked before it answers calls: one from a pack, a
 * read-only folder or a shared store, or one made with another driver. Until it has passed, the baseline answers.
 */
public enum ImportPolicy {
    /** Each is rechecked, once: what passes is kept in the user's directory. The default where there is a tuner. */
    ALWAYS,
    /** The first of each layer and one in eight of the others; after the first that fails, all of that layer. */
    SAMPLE,
    /** None is: whoever signed the pack is believed. The default where there is no tuner, which has to do the recheck. */
    NEVER
}
