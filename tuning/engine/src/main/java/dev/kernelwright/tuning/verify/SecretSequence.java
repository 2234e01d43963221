package dev.kernelwright.tuning.verify;

/**
 * Random numbers that can be read in any order, by many threads, and again later.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
 * 2014). It is not a cipher: whoever sees numbers of a sequence can compute the others. So every sequence that a kernel
 * sees a part of has a seed of its own, drawn from {@link java.security.SecureRandom}.
 *
 * @param seed the secret
 */
record SecretSequence(long seed) {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    /** Returns the number at a position. */
    long at(long index) {
        return mix(seed + (index + 1) * GOLDEN_GAMMA);
    }

    /** Returns the sequence for one of several purposes. */
    SecretSequence part(int number) {
        return new SecretSequence(mix(seed ^ ((number + 1) * 0xd1342543de82ef95L)));
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Returns a number from 0 to below the limit, at least 1, from 64 random bits. */
    static long below(long limit, long bits) {
        return Math.unsignedMultiplyHigh(bits, limit);
    }
}
