/**
 * Searches, verifies and measures kernels, in trial workers.
 */
module dev.kernelwright.tuning {
    requires transitive dev.kernelwright.sdk;
    requires org.slf4j;

    exports dev.kernelwright.tuning;
    exports dev.kernelwright.tuning.isolation;

    uses dev.kernelwright.spi.BackendProvider;
    uses dev.kernelwright.spi.KernelGeneratorProvider;

    provides dev.kernelwright.spi.TunerProvider with dev.kernelwright.tuning.TuningEngineProvider;
}
