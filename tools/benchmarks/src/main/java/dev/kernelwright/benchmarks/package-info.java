/** JMH measurements of what a call, a bind and a look-up cost. */
@NullMarked
package dev.kernelwright.benchmarks;

import org.jspecify.annotations.NullMarked;
