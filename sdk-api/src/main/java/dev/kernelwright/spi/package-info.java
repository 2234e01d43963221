/**
 * What backends, stores, generators and tuners implement, and the data that passes between them.
 *
 * <p>Found with {@link java.util.ServiceLoader}; none of them compiles against another.
 */
@NullMarked
package dev.kernelwright.spi;

import org.jspecify.annotations.NullMarked;
