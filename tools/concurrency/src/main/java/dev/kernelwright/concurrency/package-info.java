/** jcstress tests of what several threads share in memory. */
@NullMarked
package dev.kernelwright.concurrency;

import org.jspecify.annotations.NullMarked;
