/** What a model is told and how its answers are read: text from resource files, filled in from data. */
@NullMarked
package dev.kernelwright.tuning.llm.prompt;

import org.jspecify.annotations.NullMarked;
