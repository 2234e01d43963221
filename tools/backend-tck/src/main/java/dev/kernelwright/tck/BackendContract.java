package dev.kernelwright.tck;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of a backend as tests: its author extends this class, says what the backend is, and runs it.
 *
 * <p>The rules are those of {@code docs/backend-authors.md}; each test names the ones that it proves. The tests of a topic
 * are in an interface of their own. They run on the first device that the provider finds; without one, they skip themselves
 * with the provider's reason. {@link KernelCorpusContract} is the other part, for a backend that has a corpus of attacks.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract implements DiscoveryContract, CompilationContract, CatalogueContract,
        MemoryContract, StreamContract, CapabilityContract, TrialContract, RecordContract, RooflineContract,
        AdviceContract {
    /** As many as there may be on the smallest machine that tests; more than one, so that blocks run at a time. */
    static final int THREADS = 2;
    /** The largest extent of the contract's own kernels. */
    static final long MAX_N = 1 << 20;

    @RegisterExtension
    private final Scorecard scorecard = new Scorecard();
    private final BlockPool pool = new BlockPool(THREADS);
    private Path rooflineFolder;
    private Rooflines rooflines;
    private @Nullable Backend backend;

    /** For subclasses. */
    protected BackendContract() {}

    /** Returns the backend's provider, as {@link java.util.ServiceLoader} makes it. */
    protected abstract BackendProvider provider();

    /** Returns what the backend can do beyond the least. It is tested to do so, and to refuse the rest. */
    protected abstract Set<Capability> capabilities();

    /** Returns a folder with a file for each {@link ContractKernel}, named like it, with any ending. */
    protected abstract Path kernels();

    /** Returns the names of the target's fields that change when a driver or a compiler does. */
    protected abstract Set<String> versionFields();

    /** Returns what hides the devices from the provider in a JVM of its own. */
    protected abstract WithoutDevices withoutDevices();

    /** Returns the ops that have a baseline; by default all standard ones. Others are tested to have none, or a right one. */
    protected List<OpDefinition> ops() {
        return StandardOps.all();
    }

    /** Returns the types in which they have it; by default {@code f32} alone. */
    protected Set<DType> dtypes() {
        return Set.of(DType.F32);
    }

    /**
     * Returns every template that the backend has for a workload on any device, that for this device first; by default
     * that alone.
     */
    protected Stream<KernelTemplate> templates(KernelSignature signature) {
        return backend().template(signature).stream();
    }

    /** Returns the handle of memory as an application has it, as large as a tensor; by default it is the tensor's own. */
    protected long applicationMemory(Backend device, Tensor tensor) {
        return tensor.memory().handle();
    }

    /** Returns the handle of a stream as an application has it, which stays open as long as the device. */
    protected long applicationStream(Backend device) {
        throw new IllegalStateException(
                "the capability " + Capability.WRAPPED_STREAMS + " was declared, but no stream to"
                        + " be wrapped was given: override applicationStream");
    }

    @Override
    public final BackendContract contract() {
        return this;
    }

    @BeforeAll
    void requireDevice(@TempDir Path folder) {
        rooflineFolder = folder;
        rooflines = new Rooflines(Optional.of(folder));
        if (provider().probe() instanceof Probe.Unavailable(String reason, String cure)) {
            abort(reason + ": " + cure);
        }
    }

    @AfterAll
    void closeDevice() throws KernelRejectedException {
        try (pool; Backend opened = backend) {
            if (opened != null && writesScorecard()) {
                scorecard.writeContract(this);
            }
        }
    }

    /** Returns whether to measure and write the page {@code target/scorecard-NAME.md}; by default it is. */
    protected boolean writesScorecard() {
        return true;
    }

    /** The device that the tests share; opened by the first of them. */
    final Backend backend() {
        Backend opened = backend;
        if (opened == null) {
            opened = open();
            backend = opened;
        }
        return opened;
    }

    /** Opens the first device once more; the caller closes it. */
    final Backend open() {
        return provider().open(0, pool);
    }

    final Scorecard scorecard() {
        return scorecard;
    }

    final Rooflines rooflines() {
        return rooflines;
    }

    /** Puts the device's roofline where a runtime with a store in that folder looks for it, which then need not measure it. */
    final void giveRoofline(Path store) throws IOException {
        rooflines.of(backend());
        Path beside = Files.createDirectories(store.resolve("rooflines"));
        try (Stream<Path> files = Files.list(rooflineFolder)) {
            for (Path file : files.toList()) {
                Files.copy(file, beside.resolve(file.getFileName()));
            }
        }
    }

    final BlockPool pool() {
        return pool;
    }

    /** The workload of the contract's own kernels. */
    static Workload increment() {
        return ContractKernel.INCREMENT_OP.workload(DType.F32).axis("n", 0, MAX_N).build();
    }

    final KernelTemplate template(ContractKernel kernel) {
        try (Stream<Path> files = Files.list(kernels())) {
            Path file =
                    files.filter(path -> path.getFileName().toString().startsWith(kernel.fileName() + ".")).findFirst()
                            .orElseThrow(() -> new IllegalStateException(
                                    "the kernel " + kernel + " was looked for in " + kernels()
                                            + ", but no file is called " + kernel.fileName() + ".*: write one"));
            return KernelTemplate.parse(backend().sourceLanguage(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the contract's kernels cannot be read from " + kernels(), e);
        }
    }

    final KernelSource source(ContractKernel kernel) {
        KernelTemplate template = template(kernel);
        return template.expand(template.defaultPoint(), increment().signature());
    }

    final LoadedKernel load(Backend device, ContractKernel kernel) throws KernelRejectedException {
        KernelSignature signature = increment().signature();
        return device.load(device.compile(source(kernel), signature), signature);
    }
}
