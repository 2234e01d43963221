/**
 * OpenCL's functions, thin and typed: one static method for each, with its C prototype above its handle.
 *
 * <p>{@link dev.kernelwright.backend.opencl.ffi.ClLibrary#load} comes first. A handle, such as a {@code cl_mem}, is the
 * {@code long} that the parameter is named for; one that is not 0 and of no object of its kind ends the process. A
 * status other than success is an {@link dev.kernelwright.backend.opencl.ffi.OpenClException}, a function that the
 * library lacks an {@link UnsupportedOperationException}. A segment must be native; where OpenCL takes a count with a
 * pointer, the segment's size is the count. What a command reads or writes after its method has returned must stay
 * alive until the command is complete.
 *
 * <p>{@code opencl-includes.txt} lists, in jextract's terms, all that is bound.
 */
@NullMarked
package dev.kernelwright.backend.opencl.ffi;

import org.jspecify.annotations.NullMarked;
