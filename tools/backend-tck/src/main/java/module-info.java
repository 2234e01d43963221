/**
 * What the author of a backend runs to see that it keeps the contract.
 */
module dev.kernelwright.tck {
    requires transitive dev.kernelwright.tuning;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;

    exports dev.kernelwright.tck;
}
