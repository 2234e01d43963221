package dev.kernelwright;

import dev.kernelwright.dispatch.LiveKernel;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningBudget;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The entry point: holds the open devices, the kernel store and the tuner, and binds workloads to devices.
 *
 * <pre>{@code
 * try (ComputeRuntime runtime = ComputeRuntime.create()) {
 *     BoundOp norm = runtime.bind(RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 1).axis("cols", 4096).build());
 *     norm.invoke(x, weight, out);
 * }
 * }</pre>
 *
 * <p>Safe for use from several threads. An application usually has one, for as long as it runs.
 */
public final class ComputeRuntime implements AutoCloseable {
    private final Map<String, Device> devices;
    private final KernelStore store;
    private final BlockPool pool;
    private final LiveKernels kernels;
    private final @Nullable Tuner ownedTuner;
    private final @Nullable KernelStore ownedStore;
    private final Set<BoundOp> boundOps = ConcurrentHashMap.newKeySet();
    private boolean closed;

    private ComputeRuntime(Map<String, Device> devices, KernelStore store, BlockPool pool, LiveKernels kernels,
            @Nullable Tuner ownedTuner, @Nullable KernelStore ownedStore) {
        this.devices = devices;
        this.store = store;
        this.pool = pool;
        this.kernels = kernels;
        this.ownedTuner = ownedTuner;
        this.ownedStore = ownedStore;
    }

    /**
     * Makes a runtime with every device, the store and the tuner that are found.
     *
     * @throws IllegalStateException if no device can be used, with the reason and the cure for each
     */
    public static ComputeRuntime create() {
        return builder().build();
    }

    /** Begins a runtime. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the open devices, in order of preference, at least one. */
    public List<Device> devices() {
        return List.copyOf(devices.values());
    }

    /**
     * Returns the device with the given name; {@code cuda} is {@code cuda:0}.
     *
     * @throws IllegalArgumentException if it is not open
     */
    public Device device(String name) {
        Device device = devices.get(DeviceOpener.canonicalName(name));
        if (device == null) {
            throw new IllegalArgumentException("the device '" + name + "' was asked for, but the open ones are "
                    + devices.keySet() + ": use one of them, or name it when building the runtime");
        }
        return device;
    }

    /** Binds a workload to the first device; as {@link #bind(Workload, Device)} in all else. */
    public BoundOp bind(Workload workload) {
        return bind(workload, devices.values().iterator().next());
    }

    /**
     * Binds a workload to a device.
     *
     * <p>The first time that a workload is bound, its kernel is looked up in the store. A kernel that is found is loaded
     * and warmed up in the background, and the baseline answers until then; if there is none, the {@link MissPolicy}
     * says what happens.
     *
     * @throws IllegalArgumentException if the device cannot compute the workload
     * @throws KernelMissException if there is no kernel and the policy is {@link MissPolicy#FAIL}
     * @throws IllegalStateException if this runtime is closed
     */
    public BoundOp bind(Workload workload, Device device) {
        if (!devices.containsValue(device)) {
            throw new IllegalArgumentException("a bind to " + device + " was asked for, but it belongs to another"
                    + " runtime: use a device of this one");
        }
        requireOpen(workload);
        LiveKernel kernel = kernels.find(workload, device);
        kernels.awaitTuned(kernel);
        synchronized (this) {
            requireOpen(workload);
            BoundOp op = new BoundOp(device, kernel, boundOps::remove);
            boundOps.add(op);
            return op;
        }
    }

    private synchronized void requireOpen(Workload workload) {
        if (closed) {
            throw new IllegalStateException("a bind of " + workload
                    + " was asked for after the runtime was closed: make a new one");
        }
    }

    /**
     * Waits until nothing is being tuned, loaded or warmed up.
     *
     * @return whether that came about within the time
     */
    public boolean awaitIdle(Duration timeout) throws InterruptedException {
        return kernels.awaitIdle(timeout);
    }

    /** Returns what has been counted. */
    public RuntimeStatistics statistics() {
        return kernels.events().statistics();
    }

    /** Returns the store that kernels are kept in. */
    public KernelStore store() {
        return store;
    }

    /** Ends tuning, waits for the calls under way, and gives everything back. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        closeOwned(ownedTuner);
        kernels.stop();
        List.copyOf(boundOps).forEach(BoundOp::close);
        kernels.close();
        devices.values().forEach(Device::close);
        pool.close();
        closeOwned(ownedStore);
    }

    private void closeOwned(@Nullable AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            kernels.events().emit(new RuntimeEvent.Fallback(part.toString(), "it could not be closed: " + e));
        }
    }

    /**
     * Collects the parts of a runtime.
     *
     * <p>A store or tuner that is given here stays the
     * application's to close: the tuner before the runtime, the store after it.
     */
    public static final class Builder {
        private static final TuningBudget DEFAULT_BUDGET = new TuningBudget(Duration.ofSeconds(30), 64);

        private final Map<String, KernelTemplate> templates = new HashMap<>();
        private final Map<String, Long> contexts = new HashMap<>();
        private List<String> deviceNames = List.of();
        private int threads = Runtime.getRuntime().availableProcessors();
        private TuningBudget budget = DEFAULT_BUDGET;
        private Clock clock = Clock.systemUTC();
        private RuntimeListener listener = event -> {};
        private @Nullable KernelStore store;
        private @Nullable Tuner tuner;
        private @Nullable MissPolicy missPolicy;
        private @Nullable ImportPolicy importPolicy;
        private @Nullable Executor executor;

        private Builder() {}

        /**
         * Sets the devices to open, in order of preference; those that cannot be are left out. If not called, all are
         * opened, in the order of their names, so that {@code cpu} comes first.
         */
        public Builder devices(String... names) {
            this.deviceNames = List.of(names);
            return this;
        }

        /**
         * Sets the context in which devices of a kind are opened to one that the application owns and keeps open as long as
         * the runtime, so that its memory and streams can be {@linkplain Device#wrap wrapped}. Each device has a context of
         * its own, if not called. On CUDA there is no need to: all of a process share one for each device.
         *
         * @param kind what comes before the colon in the devices' names: {@code opencl}
         * @param handle a {@code cl_context}
         */
        public Builder context(String kind, long handle) {
            contexts.put(kind, handle);
            return this;
        }

        /** Sets how many threads run blocks on the host, the caller of an op counted. All processors, if not called. */
        public Builder threads(int count) {
            this.threads = count;
            return this;
        }

        /** Sets the store. The one on the class path, if not called. */
        public Builder store(KernelStore kernelStore) {
            this.store = kernelStore;
            return this;
        }

        /** Sets the tuner. The one on the class path, if not called. */
        public Builder tuner(Tuner kernelTuner) {
            this.tuner = kernelTuner;
            return this;
        }

        /** Sets what tuning one workload may cost. 30 s and 64 candidates, if not called. */
        public Builder tuningBudget(TuningBudget tuningBudget) {
            this.budget = tuningBudget;
            return this;
        }

        /** Sets what happens on a miss. */
        public Builder missPolicy(MissPolicy policy) {
            this.missPolicy = policy;
            return this;
        }

        /** Sets which records from elsewhere are rechecked on this machine before they answer calls. */
        public Builder importPolicy(ImportPolicy policy) {
            this.importPolicy = policy;
            return this;
        }

        /** Sets where kernels are loaded and warmed up. A daemon thread of the runtime's own, if not called. */
        public Builder executor(Executor background) {
            this.executor = background;
            return this;
        }

        /** Sets the clock by which records expire. */
        public Builder clock(Clock utcClock) {
            this.clock = utcClock;
            return this;
        }

        /** Sets who is told what happens. */
        public Builder listener(RuntimeListener runtimeListener) {
            this.listener = runtimeListener;
            return this;
        }

        /**
         * Gives the tuner a template for an op, usually the application's own. Takes the place of the backend's on the
         * devices whose language it is in.
         */
        public Builder template(OpDefinition op, KernelTemplate template) {
            templates.put(LiveKernels.templateKey(op.name(), template.language()), template);
            return this;
        }

        /**
         * Opens the devices, the store and the tuner.
         *
         * @throws IllegalStateException if no device can be used, with the reason and the cure for each
         */
        public ComputeRuntime build() {
            EventSink events = new EventSink(listener);
            BlockPool pool = new BlockPool(threads);
            try {
                KernelStore usedStore = store != null ? store : Services.openStore();
                Rooflines rooflines = Rooflines.beside(usedStore);
                Map<String, Device> devices = new DeviceOpener(events, pool, rooflines, Map.copyOf(contexts))
                        .open(deviceNames);
                Tuner usedTuner = tuner != null ? tuner : Services.openTuner();
                MissPolicy policy = missPolicy != null
                        ? missPolicy
                        : usedTuner != null ? MissPolicy.TUNE_ASYNC : MissPolicy.BASELINE_ONLY;
                if (usedTuner == null && (policy == MissPolicy.TUNE_ASYNC || policy == MissPolicy.TUNE_BLOCKING)) {
                    throw new IllegalStateException("the miss policy " + policy + " was asked for, but there is no"
                            + " tuner: add kernelwright-tuning-engine to the class path, or pass tuner(...)");
                }
                ImportPolicy imports = importPolicy != null
                        ? importPolicy
                        : usedTuner != null ? ImportPolicy.ALWAYS : ImportPolicy.NEVER;
                if (usedTuner == null && imports != ImportPolicy.NEVER) {
                    throw new IllegalStateException("the import policy " + imports + " was asked for, but there is no"
                            + " tuner to recheck records: add kernelwright-tuning-engine to the class path, or pass"
                            + " tuner(...)");
                }
                LiveKernels kernels = new LiveKernels(usedStore, usedTuner, policy, imports, budget,
                        Map.copyOf(templates), pool, rooflines, clock, events, executor);
                return new ComputeRuntime(devices, usedStore, pool, kernels, tuner == null ? usedTuner : null,
                        store == null ? usedStore : null);
            } catch (RuntimeException e) {
                pool.close();
                throw e;
            }
        }
    }
}
