package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a backend should do: a test that finds it left out is skipped and says so. */
public interface AdviceContract extends ContractTopic {
    @Test
    @Proves("S1")
    default void everyOpWithABaselineHasATemplate() {
        Backend backend = contract().backend();
        List<String> without = ShapeFamily.all().stream()
                .filter(family -> contract().ops().stream().map(OpDefinition::name).toList().contains(family.op()))
                .map(family -> family.ranged(DType.F32).signature())
                .filter(signature -> backend.template(signature).isEmpty()).map(KernelSignature::op).distinct()
                .toList();
        assumeTrue(without.isEmpty(), () -> "S1: the backend has no template for " + without);
    }

    /** What an author is shown is in the backend's own language and form. */
    @Test
    @Proves("S2")
    default void anAuthorIsToldHowKernelsAreWritten() {
        Backend backend = contract().backend();
        Optional<KernelDialect> dialect = backend.dialect(Add.DEFINITION.workload(DType.F32).axis("n", 4096).build()
                .signature());
        assumeTrue(dialect.isPresent(), "S2: the backend does not tell how its kernels are written");
        assertThat(dialect.get().language()).isEqualTo(backend.sourceLanguage());
        assertThat(dialect.get().guide()).isNotBlank();
        assertThat(dialect.get().entry()).isNotBlank();
        dialect.get().examples().forEach(example -> assertThat(KernelTemplate.parse(backend.sourceLanguage(), example)
                .plan().steps()).isNotEmpty());
    }

    @Test
    @Proves("S3")
    default void aDeviceTellsWhatAnAuthorOfKernelsShouldKnow() {
        assumeTrue(!((Probe.Available) contract().provider().probe()).devices().getFirst().facts().isEmpty(),
                "S3: the device tells nothing of itself");
    }
}
