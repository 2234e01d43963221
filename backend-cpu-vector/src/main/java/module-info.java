/** The backend of CPUs: kernels in Java over the Vector API, compiled in memory and loaded as hidden classes. */
module dev.kernelwright.backend.cpu {
    requires dev.kernelwright.sdk;
    requires java.compiler;
    requires java.management;
    requires jdk.incubator.vector;
    requires static org.jspecify;
    requires org.slf4j;

    uses javax.tools.JavaCompiler;

    provides dev.kernelwright.spi.BackendProvider with
            dev.kernelwright.backend.cpu.CpuBackendProvider;
}
