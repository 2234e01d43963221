package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A compiler without the rules of {@link KernelCompiler}: it sees the whole platform and allows several classes. */
final class TestCompiler {
    private TestCompiler() {}

    /** Compiles a source; returns the class {@code Sample}. */
    static byte[] compile(String source) {
        Memory files = new Memory(ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null));
        StringWriter log = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("memory:///Sample.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled =
                ToolProvider.getSystemJavaCompiler().getTask(log, files, null, List.of("-proc:none", "-nowarn",
                        "-Xlint:none", "--add-modules", "jdk.incubator.vector"), null, List.of(file)).call();
        assertThat(compiled).as("%s", log).isTrue();
        return files.classes.entrySet().stream().filter(entry -> entry.getKey().endsWith(".Sample")).findFirst()
                .orElseThrow().getValue().toByteArray();
    }

    private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        final Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();

        Memory(StandardJavaFileManager platform) {
            super(platform);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(JavaFileManager.Location location, String className,
                JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            classes.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
