package dev.kernelwright.backend.opencl;

import org.junit.jupiter.api.Tag;

/** The corpus once more, for hosts with a GPU, where only tests with this tag run. */
@Tag("gpu")
class OpenClCorpusGpuTest extends OpenClCorpusTest {}
