/**
 * The API for applications, the SPI for backends, stores and tuners, and the dispatch between them.
 */
module dev.kernelwright.sdk {
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.kernelwright.op;
    exports dev.kernelwright.spi;
    exports dev.kernelwright.tensor;
}
