/**
 * Where tuning records live: a folder of JSON files, with memory in front, and packs and folders of others behind.
 */
module dev.kernelwright.cache {
    requires transitive dev.kernelwright.sdk;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires org.slf4j;

    exports dev.kernelwright.cache;

    uses dev.kernelwright.cache.SharedStoreProvider;

    provides dev.kernelwright.spi.KernelStoreProvider with dev.kernelwright.cache.DefaultStoreProvider;
}
