/**
 * The compiler of kernels in CUDA C++: from a screened source to a binary for one architecture, by NVRTC or nvcc.
 *
 * <p>Needs no GPU, so kernels can be made and looked at for one that is not here.
 */
@NullMarked
package dev.kernelwright.backend.cuda.compile;

import org.jspecify.annotations.NullMarked;
