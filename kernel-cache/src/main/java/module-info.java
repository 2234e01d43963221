/**
 * Where tuning records live: a folder of JSON files, with memory in front.
 */
module dev.kernelwright.cache {
    requires transitive dev.kernelwright.sdk;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires org.slf4j;

    exports dev.kernelwright.cache;

    provides dev.kernelwright.spi.KernelStoreProvider with dev.kernelwright.cache.DefaultStoreProvider;
}
