/** Tests that every backend has to pass, as base classes with the backend left out. */
@NullMarked
package dev.kernelwright.tck;

import org.jspecify.annotations.NullMarked;
