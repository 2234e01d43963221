/** The agent: a generator whose kernels a language model writes, and what it needs. */
@NullMarked
package dev.kernelwright.tuning.llm;

import org.jspecify.annotations.NullMarked;
