/** The backend of NVIDIA GPUs: kernels in CUDA C++, run through the CUDA driver. */
@NullMarked
package dev.kernelwright.backend.cuda;

import org.jspecify.annotations.NullMarked;
