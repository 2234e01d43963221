/** How a trial worker is kept from the rest of the machine. */
@NullMarked
package dev.kernelwright.tuning.isolation;

import org.jspecify.annotations.NullMarked;
