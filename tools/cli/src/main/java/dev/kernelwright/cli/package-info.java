/** The kernelwright command: one class for each subcommand, and the options that they share. */
@NullMarked
package dev.kernelwright.cli;

import org.jspecify.annotations.NullMarked;
