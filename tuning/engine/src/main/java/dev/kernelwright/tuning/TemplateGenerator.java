package dev.kernelwright.tuning;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Searches the parameter space of a template: the application's own if the request has one, else the backend's.
 *
 * <p>It needs no network and no data. The same key gives the same proposals for the same verdicts, as long as the time
 * budget does not cut the random phase short.
 */
public final class TemplateGenerator implements KernelGenerator {
    private final LongSupplier nanoTime;

    /** Creates a generator. */
    public TemplateGenerator() {
        this(System::nanoTime);
    }

    TemplateGenerator(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return "template";
    }

    @Override
    public Search start(TuningRequest request) {
        Optional<KernelTemplate> template = request.template()
                .or(() -> request.backend().template(request.workload().signature()));
        if (template.isEmpty()) {
            return new NoSearch();
        }
        long seed = seed(request.key().digest());
        return new TemplateSearch(template.get(), request.workload().signature(), request.budget(), seed, nanoTime);
    }

    /**
     * Starts a search that is told no verdicts, since nothing is run: the template's default, then random points, none
     * twice, the same at every call.
     */
    public static Search points(KernelTemplate template, KernelSignature signature, TuningBudget budget) {
        long seed = seed(KernelKey.sha256(signature.toString().getBytes(StandardCharsets.UTF_8)));
        return new TemplateSearch(template, signature, budget, seed, System::nanoTime);
    }

    private static long seed(String digest) {
        return Long.parseUnsignedLong(digest.substring(0, 16), 16);
    }
}
