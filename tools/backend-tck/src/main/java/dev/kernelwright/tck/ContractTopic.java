package dev.kernelwright.tck;

/** Tests of one topic of a {@link BackendContract}. */
public interface ContractTopic {
    /** Returns what the tests are of. */
    BackendContract contract();
}
