/** The log of a search: its events, the file that they are appended to, and the page that shows them. */
@NullMarked
package dev.kernelwright.tuning.llm.session;

import org.jspecify.annotations.NullMarked;
