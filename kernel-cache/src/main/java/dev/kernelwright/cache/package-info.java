/**
 * Stores of tuning records, and the file that holds one.
 *
 * <p>A {@link dev.kernelwright.cache.DirectoryStore} keeps one JSON file per key, which
 * {@link dev.kernelwright.cache.RecordCodec} writes and reads; a {@link dev.kernelwright.cache.MemoryFrontStore} stands
 * before it; {@link dev.kernelwright.cache.DefaultStoreProvider} puts the two together at the
 * {@link dev.kernelwright.cache.CacheLocation} of the process.
 */
@NullMarked
package dev.kernelwright.cache;

import org.jspecify.annotations.NullMarked;
