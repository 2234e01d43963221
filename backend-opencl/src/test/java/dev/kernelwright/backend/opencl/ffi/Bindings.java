package dev.kernelwright.backend.opencl.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that the classes of the package bind, found by looking into each. */
final class Bindings {
    private static final String FOLDER = "dev/kernelwright/backend/opencl/ffi";
    static final Path SOURCES = Path.of("src/main/java", FOLDER);
    private static final Path CLASSES = Path.of("target/classes", FOLDER);

    private Bindings() {}

    static List<Path> classFiles() throws IOException {
        try (Stream<Path> files = Files.list(CLASSES)) {
            List<Path> classes = files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
            assertThat(classes).hasSizeGreaterThan(10);
            return classes;
        }
    }

    static List<ClFunction> functions() throws IOException, ReflectiveOperationException {
        List<ClFunction> functions = new ArrayList<>();
        for (Field field : staticFields()) {
            if (field.getType() == ClFunction.class) {
                field.setAccessible(true);
                functions.add((ClFunction) field.get(null));
            }
        }
        return functions;
    }

    static Map<String, Long> constants() throws IOException, ReflectiveOperationException {
        Map<String, Long> constants = new TreeMap<>();
        for (Field field : staticFields()) {
            if (field.getName().startsWith("CL_")) {
                field.setAccessible(true);
                Long value = ((Number) field.get(null)).longValue();
                assertThat(constants.put(field.getName(), value)).as(field + " is there once").isNull();
            }
        }
        return constants;
    }

    private static List<Field> staticFields() throws IOException, ReflectiveOperationException {
        List<Field> fields = new ArrayList<>();
        for (Path file : classFiles()) {
            String name = file.getFileName().toString().replace(".class", "");
            for (Field field : Class.forName(FOLDER.replace('/', '.') + "." + name).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }
}
