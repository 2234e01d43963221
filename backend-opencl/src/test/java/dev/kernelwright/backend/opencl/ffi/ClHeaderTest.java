package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.INT;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.POINTER;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.SIZE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.UINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the bindings to OpenCL's headers, which are not part of the library. */
class ClHeaderTest {
    private static final Path FOLDER = Path.of("/usr/include/CL");

    private static final CHeader SAMPLE = new CHeader("""
            typedef int32_t cl_int;
            typedef uint32_t cl_uint; /* 32 bits */
            typedef struct _cl_kernel * cl_kernel;
            #define CL_NUMBER 0x10
            #define CL_BIT (1 << 4)
            #define CL_NEGATIVE -5
            extern CL_API_ENTRY cl_int CL_API_CALL
            clSet(cl_kernel kernel, cl_uint index, size_t size,
                  void (CL_CALLBACK * notify)(cl_kernel k, void * data), const void * value) CL_API_SUFFIX__VERSION_1_0;
            """);

    @Test
    void everyFunctionHasTheTypeThatTheHeaderGivesIt() throws Exception {
        CHeader header = installed();
        List<String> differences = new ArrayList<>();
        for (ClFunction function : Bindings.functions()) {
            differences.addAll(HeaderComparison.ofFunction(header, function.name(), function.descriptor()));
        }
        assertThat(differences).isEmpty();
        assertThat(Bindings.functions()).extracting(ClFunction::name).doesNotHaveDuplicates().hasSizeGreaterThan(40);
    }

    @Test
    void everyConstantHasTheValueThatTheHeaderGivesIt() throws Exception {
        assertThat(HeaderComparison.ofConstants(installed(), Bindings.constants())).isEmpty();
        assertThat(Bindings.constants()).hasSizeGreaterThan(60);
    }

    @Test
    void everyStatusOfTheHeaderHasItsName() throws IOException {
        Map<String, Long> codes = statusCodes();
        assertThat(codes).hasSizeGreaterThan(60);
        codes.forEach((name, code) -> assertThat(ClStatus.nameOf(code.intValue())).isEqualTo(name));
    }

    @Test
    void thePrototypeAboveEachFunctionIsTheHeaders() throws Exception {
        CHeader header = installed();
        String sources = sources().replaceAll("//|\\s", "");
        for (ClFunction function : Bindings.functions()) {
            String above = header.functions().get(function.name()).text() + "privatestaticfinalClFunction";
            assertThat(sources).contains(above);
        }
    }

    @Test
    void whatJextractWouldBeGivenIsWhatIsBound() throws Exception {
        List<String> expected = new ArrayList<>();
        for (ClFunction function : Bindings.functions()) {
            expected.add("--include-function " + function.name());
        }
        TreeSet<String> constants = new TreeSet<>(Bindings.constants().keySet());
        constants.addAll(statusCodes().keySet());
        constants.forEach(constant -> expected.add("--include-constant " + constant));
        assertThat(Files.readAllLines(Bindings.SOURCES.resolve("opencl-includes.txt")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void noFunctionIsBoundThatTheseTestsDoNotSee() throws Exception {
        int bound = 0;
        for (Path file : Bindings.classFiles()) {
            ClassModel model = ClassFile.of().parse(file);
            String name = model.thisClass().asInternalName();
            // The latter binds a function of the C library.
            boolean isBinder = name.endsWith("/ClFunction") || name.endsWith("/FaultHandlers");
            for (InvokeInstruction call : calls(model).toList()) {
                String owner = call.owner().asInternalName();
                assertThat(isBinder || !owner.startsWith("java/lang/foreign/Linker"))
                        .as(file + " binds nothing past ClFunction").isTrue();
                if (!isBinder && call.type().stringValue().endsWith(")L" + ClFunction.class.getName().replace('.', '/')
                        + ";")) {
                    bound++;
                }
            }
        }
        assertThat(bound).isEqualTo(Bindings.functions().size()).isPositive();
    }

    @Test
    void aRightDescriptorHasNoDifference() {
        assertThat(differences(INT, HANDLE, UINT, SIZE, POINTER, POINTER)).isEmpty();
    }

    @Test
    void aWrongDescriptorIsReported() {
        assertThat(differences(INT, HANDLE, UINT, SIZE, POINTER)).as("a parameter less").hasSize(1);
        assertThat(differences(INT, HANDLE, SIZE, SIZE, POINTER, POINTER)).as("too wide").hasSize(1);
        assertThat(differences(INT, SIZE, UINT, SIZE, POINTER, POINTER)).as("a size for a pointer").hasSize(1);
        assertThat(differences(INT, HANDLE, UINT, HANDLE, POINTER, POINTER)).as("a pointer for a size").hasSize(1);
        assertThat(differences(SIZE, HANDLE, UINT, SIZE, POINTER, POINTER)).singleElement().asString()
                .isEqualTo("clSet returns INT_64 and in the header INT_32");
        assertThat(HeaderComparison.ofFunction(SAMPLE, "clSet", FunctionDescriptor.ofVoid(HANDLE)))
                .as("both result and parameters").hasSize(2);
        assertThat(HeaderComparison.ofFunction(SAMPLE, "clGet", FunctionDescriptor.of(INT)))
                .containsExactly("clGet is not in the header");
    }

    @Test
    void aWrongConstantIsReported() {
        assertThat(HeaderComparison.ofConstants(SAMPLE, Map.of("CL_NUMBER", 16L, "CL_BIT", 16L, "CL_NEGATIVE", -5L)))
                .isEmpty();
        assertThat(HeaderComparison.ofConstants(SAMPLE, Map.of("CL_BIT", 4L)))
                .containsExactly("CL_BIT is 4 and in the header 16");
        assertThat(HeaderComparison.ofConstants(SAMPLE, Map.of("CL_NONE", 0L)))
                .containsExactly("CL_NONE is 0 and in the header null");
    }

    private static List<String> differences(MemoryLayout result, MemoryLayout... parameters) {
        return HeaderComparison.ofFunction(SAMPLE, "clSet", FunctionDescriptor.of(result, parameters));
    }

    private static Stream<InvokeInstruction> calls(ClassModel model) {
        return model.methods().stream()
                .map(MethodModel::code)
                .flatMap(code -> code.stream().flatMap(elements -> elements.elementStream()))
                .filter(InvokeInstruction.class::isInstance)
                .map(InvokeInstruction.class::cast);
    }

    private static CHeader installed() throws IOException {
        return new CHeader(text("cl_platform.h") + text("cl.h") + text("cl_ext.h"));
    }

    /** The first section of defines: what follows has small negative numbers too. */
    private static Map<String, Long> statusCodes() throws IOException {
        String text = text("cl.h");
        String section = text.substring(text.indexOf("/* Error Codes */"), text.indexOf("/* cl_bool */"));
        return new TreeMap<>(new CHeader(section).constants());
    }

    private static String text(String file) throws IOException {
        assumeTrue(Files.isReadable(FOLDER.resolve(file)),
                FOLDER.resolve(file) + " is not there: install opencl-headers");
        return Files.readString(FOLDER.resolve(file));
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.list(Bindings.SOURCES)) {
            List<String> texts = new ArrayList<>();
            for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
                texts.add(Files.readString(file));
            }
            return texts.stream().collect(Collectors.joining());
        }
    }
}
