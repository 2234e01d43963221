/** The API for applications: a {@link dev.kernelwright.ComputeRuntime} binds workloads to devices and owns the rest. */
@NullMarked
package dev.kernelwright;

import org.jspecify.annotations.NullMarked;
