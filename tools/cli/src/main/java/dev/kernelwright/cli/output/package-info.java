/** What commands print with: lines, tables, figures, a progress bar, and JSON. */
@NullMarked
package dev.kernelwright.cli.output;

import org.jspecify.annotations.NullMarked;
