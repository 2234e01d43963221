/**
 * Stores of tuning records, and the files that hold them.
 *
 * <p>A {@link dev.kernelwright.cache.DirectoryStore} keeps one JSON file per key and driver, which
 * {@link dev.kernelwright.cache.RecordCodec} writes and reads. A {@link dev.kernelwright.cache.LayeredStore} puts read-only
 * folders and {@linkplain dev.kernelwright.cache.Pack packs} below it, and a
 * {@link dev.kernelwright.cache.MemoryFrontStore} stands before it. {@link dev.kernelwright.cache.DefaultStoreProvider}
 * puts them together at the {@link dev.kernelwright.cache.CacheLocation} of the process.
 */
@NullMarked
package dev.kernelwright.cache;

import org.jspecify.annotations.NullMarked;
