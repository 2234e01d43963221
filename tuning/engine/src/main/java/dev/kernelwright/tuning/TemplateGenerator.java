package dev.kernelwright.tuning;

import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.TuningRequest;
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
        long seed = Long.parseUnsignedLong(request.key().digest().substring(0, 16), 16);
        return new TemplateSearch(template.get(), request.workload().signature(), request.budget(), seed, nanoTime);
    }
}
