/**
 * The CUDA driver, NVRTC and NVML as Java sees them: thin, typed, and the only place that knows of method handles and status
 * codes.
 *
 * <p>A handle of the driver (context, stream, event, module, function, graph) and a device pointer are a {@code long};
 * memory that the host reads or writes is a {@code MemorySegment}. A status other than success is thrown as
 * {@link CudaException}. {@code cuda-includes.txt}, in the resources of this package, lists what is bound, in the form
 * that jextract reads; a test compares every function, constant and struct with the toolkit's headers.
 */
@NullMarked
package dev.kernelwright.backend.cuda.ffi;

import org.jspecify.annotations.NullMarked;
