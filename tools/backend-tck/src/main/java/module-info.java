/**
 * What the author of a backend runs to see that it keeps the contract.
 */
module dev.kernelwright.tck {
    requires transitive dev.kernelwright.tuning;
    requires transitive org.junit.jupiter.api;
    requires dev.kernelwright.cache;
    requires java.management;
    requires jdk.management;
    requires org.assertj.core;
    requires org.opentest4j;

    exports dev.kernelwright.tck;
}
