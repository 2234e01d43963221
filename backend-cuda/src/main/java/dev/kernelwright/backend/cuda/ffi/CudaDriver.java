package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;

/**
 * The CUDA driver of this machine, loaded and initialised.
 *
 * <p>Its parts hold no state of their own and are safe for use from several threads; which context is current is a
 * matter of each thread.
 */
public final class CudaDriver {
    /** The oldest version that will do, as CUDA writes versions: tensor maps came with 12.0. */
    public static final int MIN_VERSION = 12000;

    private static final String UPDATE = "install NVIDIA's driver 525 or newer";

    private final int version;
    private final DriverDevices devices;
    private final DriverStreams streams;
    private final DriverMemory memory;
    private final DriverModules modules;
    private final DriverLaunches launches;
    private final DriverGraphs graphs;

    private CudaDriver(int version, DriverCalls calls) {
        this.version = version;
        this.devices = new DriverDevices(calls);
        this.streams = new DriverStreams(calls);
        this.memory = new DriverMemory(calls);
        this.modules = new DriverModules(calls);
        this.launches = new DriverLaunches(calls);
        this.graphs = new DriverGraphs(calls);
    }

    /** Loads and initialises the driver where there is one that will do. Throws nothing. */
    public static Loaded<CudaDriver> load() {
        return load(libraryNames());
    }

    /** Loads the driver from the first of some libraries that there is. */
    static Loaded<CudaDriver> load(List<String> names) {
        try {
            NativeLibrary library = NativeLibrary.open(names);
            if (library == null) {
                return new Loaded.Missing<>("the library of the CUDA driver was looked for as "
                        + String.join(", ", names) + " and not found",
                        UPDATE + "; in a container, start it with its GPUs, as with docker run --gpus all");
            }
            return start(library);
        } catch (IllegalCallerException e) {
            return new Loaded.Missing<>("the CUDA driver cannot be called, since native access is denied: "
                    + e.getMessage(),
                    "start Java with --enable-native-access=dev.kernelwright.backend.cuda, or"
                            + " =ALL-UNNAMED where Kernelwright is on the class path");
        } catch (UnsupportedOperationException e) {
            return new Loaded.Missing<>("the CUDA driver cannot be called, since this Java calls no native code: "
                    + e.getMessage(), "run on a JDK for Linux or Windows, on x64 or AArch64");
        }
    }

    private static Loaded<CudaDriver> start(NativeLibrary library) {
        // Those that are needed to find all the others are always exported under their plain names.
        BoundFunctions<DriverFunction> exported = new BoundFunctions<>(DriverFunction.values(),
                function -> library.find(function.symbol()));
        if (exported.missing().contains(DriverFunction.DRIVER_GET_VERSION.symbol())) {
            library.close();
            return new Loaded.Missing<>("a library with the name of the CUDA driver's was found, but without "
                    + DriverFunction.DRIVER_GET_VERSION.symbol(), UPDATE);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
            int status = exported.call(DriverFunction.DRIVER_GET_VERSION, result);
            int version = result.get(ValueLayout.JAVA_INT, 0);
            if (status != CudaConstants.CUDA_SUCCESS || version < MIN_VERSION) {
                library.close();
                return new Loaded.Missing<>(status == CudaConstants.CUDA_SUCCESS
                        ? "the CUDA driver is of version " + versionText(version) + ", and " + versionText(MIN_VERSION)
                                + " or newer is needed"
                        : "the CUDA driver does not tell its version but answers with the status " + status
                                + (status == CudaConstants.CUDA_ERROR_STUB_LIBRARY
                                        ? ", which the toolkit's stub of it does"
                                        : ""),
                        UPDATE);
            }
            BoundFunctions<DriverFunction> bound = new BoundFunctions<>(DriverFunction.values(),
                    function -> find(exported, function, version));
            if (!bound.missing().isEmpty()) {
                library.close();
                return new Loaded.Missing<>("the CUDA driver, of version " + versionText(version) + ", lacks "
                        + String.join(", ", bound.missing()), UPDATE);
            }
            return initialize(new DriverCalls(bound), version);
        }
    }

    /** From here on the library stays loaded whatever comes, since it may have started threads. */
    private static Loaded<CudaDriver> initialize(DriverCalls calls, int version) {
        try {
            calls.call(DriverFunction.INIT, 0);
            return new Loaded.Found<>(new CudaDriver(version, calls));
        } catch (CudaException e) {
            return new Loaded.Missing<>("the CUDA driver, of version " + versionText(version) + ", does not start: "
                    + e.getMessage(),
                    e.code() == CudaConstants.CUDA_ERROR_NO_DEVICE
                            ? "look with nvidia-smi whether there is a GPU, and at CUDA_VISIBLE_DEVICES, which can"
                                    + " hide it"
                            : "look with nvidia-smi whether the driver works, and restart the machine after it has"
                                    + " been updated");
        }
    }

    /** Asks the driver for a function in the version whose prototype is bound; failing that, takes what is exported. */
    private static MemorySegment find(BoundFunctions<DriverFunction> exported, DriverFunction function, int version) {
        MemorySegment address = exported.address(function);
        if (exported.missing().contains(DriverFunction.GET_PROC_ADDRESS.symbol())) {
            return address;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
            int status = exported.call(DriverFunction.GET_PROC_ADDRESS, arena.allocateFrom(function.plainName()),
                    pointer, Math.min(function.cudaVersion(), version),
                    (long) CudaConstants.CU_GET_PROC_ADDRESS_LEGACY_STREAM, MemorySegment.NULL);
            long found = pointer.get(ValueLayout.JAVA_LONG, 0);
            return status == CudaConstants.CUDA_SUCCESS && found != 0 ? MemorySegment.ofAddress(found) : address;
        }
    }

    /** Returns the names and places to look at, those first that the system's own search finds. */
    private static List<String> libraryNames() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")
                ? List.of("nvcuda.dll")
                : List.of("libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1");
    }

    /** Returns a version of CUDA's as people write it: 12.8 for 12080. */
    public static String versionText(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Returns the newest version of CUDA that the driver knows, for example 13000. */
    public int version() {
        return version;
    }

    /** Returns the devices and their contexts. */
    public DriverDevices devices() {
        return devices;
    }

    /** Returns streams and events. */
    public DriverStreams streams() {
        return streams;
    }

    /** Returns allocations, copies and fills. */
    public DriverMemory memory() {
        return memory;
    }

    /** Returns modules and their functions. */
    public DriverModules modules() {
        return modules;
    }

    /** Returns launches and the tensor maps that go with them. */
    public DriverLaunches launches() {
        return launches;
    }

    /** Returns the capture of streams in graphs, and their replay. */
    public DriverGraphs graphs() {
        return graphs;
    }
}
