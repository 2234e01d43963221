package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * NVML, the driver's library that watches GPUs, of which this reads and sets nothing. Where it is missing, or does not tell,
 * nothing is said: records are as good without. Safe for several threads.
 */
public final class Nvml {
    private static final double MILLIWATTS_PER_WATT = 1e3;

    private final BoundFunctions<NvmlFunction> functions;

    private Nvml(BoundFunctions<NvmlFunction> functions) {
        this.functions = functions;
    }

    /** Loads and starts NVML where there is one. Throws nothing. */
    public static Loaded<Nvml> load() {
        boolean windows = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        return load(List.of(windows ? "nvml.dll" : "libnvidia-ml.so.1"));
    }

    static Loaded<Nvml> load(List<String> names) {
        String cure = "install NVIDIA's driver; in a container, give it the capability 'utility'";
        try {
            NativeLibrary library = NativeLibrary.open(names);
            if (library == null) {
                return new Loaded.Missing<>("NVML was looked for as " + String.join(", ", names) + " and not found",
                        cure);
            }
            BoundFunctions<NvmlFunction> functions = new BoundFunctions<>(NvmlFunction.values(),
                    function -> library.find(function.symbol()));
            boolean started = functions.address(NvmlFunction.INIT).address() != 0
                    && functions.address(NvmlFunction.DEVICE_BY_UUID).address() != 0
                    && functions.call(NvmlFunction.INIT) == NvmlConstants.NVML_SUCCESS;
            if (!started) {
                library.close();
                return new Loaded.Missing<>("an NVML was found that does not start", cure);
            }
            return new Loaded.Found<>(new Nvml(functions));
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            return new Loaded.Missing<>("NVML cannot be called: " + e.getMessage(), cure);
        }
    }

    /** Returns the state of a GPU, by names that end in their unit; what it does not tell is left out. */
    public Map<String, String> conditions(UUID device) {
        Map<String, String> conditions = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
            if (!answers(NvmlFunction.DEVICE_BY_UUID, arena.allocateFrom("GPU-" + device), result)) {
                return conditions;
            }
            long handle = result.get(ValueLayout.JAVA_LONG, 0);
            if (answers(NvmlFunction.CLOCK, handle, NvmlConstants.NVML_CLOCK_SM, result)) {
                conditions.put("sm_clock_mhz", number(result));
            }
            if (answers(NvmlFunction.MAX_CLOCK, handle, NvmlConstants.NVML_CLOCK_SM, result)) {
                conditions.put("sm_clock_limit_mhz", number(result));
            }
            if (answers(NvmlFunction.CLOCK, handle, NvmlConstants.NVML_CLOCK_MEM, result)) {
                conditions.put("memory_clock_mhz", number(result));
            }
            if (answers(NvmlFunction.POWER, handle, result)) {
                conditions.put("power_w", String.format(Locale.ROOT, "%.0f",
                        result.get(ValueLayout.JAVA_INT, 0) / MILLIWATTS_PER_WATT));
            }
            if (answers(NvmlFunction.TEMPERATURE, handle, NvmlConstants.NVML_TEMPERATURE_GPU, result)) {
                conditions.put("temperature_c", number(result));
            }
            if (answers(NvmlFunction.CLOCKS_EVENT_REASONS, handle, result)) {
                // As nvidia-smi writes clocks_event_reasons.active.
                conditions.put("clocks_event_reasons_mask",
                        String.format(Locale.ROOT, "0x%016x", result.get(ValueLayout.JAVA_LONG, 0)));
            }
        }
        return conditions;
    }

    private static String number(MemorySegment result) {
        return Integer.toUnsignedString(result.get(ValueLayout.JAVA_INT, 0));
    }

    /** Calls a function where this NVML has it, and returns whether it succeeded. */
    private boolean answers(NvmlFunction function, Object... arguments) {
        return functions.address(function).address() != 0
                && functions.call(function, arguments) == NvmlConstants.NVML_SUCCESS;
    }
}
