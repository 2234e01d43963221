/** The API for applications, the SPI for backends, stores and tuners, and the dispatch between them. */
module dev.kernelwright.sdk {
    requires jdk.jfr;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.kernelwright;
    exports dev.kernelwright.op;
    exports dev.kernelwright.op.standard;
    exports dev.kernelwright.spi;
    exports dev.kernelwright.tensor;

    uses dev.kernelwright.spi.BackendProvider;
    uses dev.kernelwright.spi.KernelStoreProvider;
    uses dev.kernelwright.spi.TunerProvider;
}
