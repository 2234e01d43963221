/** Times kernels in turn, as a caller of the library would see them. */
@NullMarked
package dev.kernelwright.cli.bench;

import org.jspecify.annotations.NullMarked;
