/** Language models: providers over HTTP, and the relay over files. */
@NullMarked
package dev.kernelwright.tuning.llm.model;

import org.jspecify.annotations.NullMarked;
