/** An operation of an application's own, tuned like one of the catalogue's. */
@NullMarked
package dev.kernelwright.samples.customop;

import org.jspecify.annotations.NullMarked;
