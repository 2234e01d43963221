package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the source of one kernel with the JVM's own javac, from memory to memory. */
final class KernelCompiler {
    static final String PACKAGE = "dev.kernelwright.backend.cpu.kernel";

    private static final int MAX_LOG_CHARS = 64 * 1024;
    private static final String TOO_MUCH = "the compiler ran out of memory, or of stack as it does on an expression of"
            + " thousands of terms: divide the expression into several, with local variables";
    private static final Pattern CLASS_NAME = Pattern.compile("\\bclass\\s+([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern PACKAGE_LINE =
            Pattern.compile("(?m)^\\s*package\\s+" + Pattern.quote(PACKAGE) + "\\s*;");

    /** A kernel sees the platform's base and the Vector API, and nothing of the application. */
    private static final List<String> OPTIONS = List.of("-proc:none", "-Xlint:none", "-nowarn", "-g:lines,source",
            "-classpath", "", "--add-modules", "jdk.incubator.vector", "--limit-modules",
            "java.base,jdk.incubator.vector", "-implicit:none");

    /** The class file, and what the compiler said. */
    @SuppressWarnings("ArrayRecordComponent")
    record Compiled(byte[] classFile, String log) {}

    private KernelCompiler() {}

    /**
     * Compiles a source that declares one class in {@link #PACKAGE}.
     *
     * @throws KernelRejectedException if the source must not be compiled, or with the compiler's log, which names lines
     * @throws IllegalStateException if this JVM has no compiler
     */
    static Compiled compile(String source) throws KernelRejectedException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException("a kernel was to be compiled, but this Java has no compiler: run on a JDK,"
                    + " or with a cache that holds the kernel");
        }
        String code = SourceScreen.screen(source);
        Matcher name = CLASS_NAME.matcher(code);
        if (!PACKAGE_LINE.matcher(code).find() || !name.find()) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the source does not declare one class in the"
                    + " package of kernels: begin it with 'package " + PACKAGE + ";' and declare one final class");
        }
        StringWriter log = new StringWriter();
        Memory files = new Memory(javac.getStandardFileManager(null, null, null));
        boolean compiled;
        try {
            compiled = javac.getTask(log, files, null, OPTIONS, null, List.of(new Source(name.group(1), source)))
                    .call();
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, TOO_MUCH);
        }
        String said = log.getBuffer().length() > MAX_LOG_CHARS
                ? log.getBuffer().substring(0, MAX_LOG_CHARS)
                : log.toString();
        if (!compiled) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, gaveUp(said) ? TOO_MUCH : said.strip());
        }
        if (files.classes.size() != 1) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the source compiles to "
                    + files.classes.size() + " classes: declare one, without nested classes, lambdas over state, or"
                    + " switches over enums");
        }
        return new Compiled(files.classes.getFirst().bytes.toByteArray(), said);
    }

    /** Whether javac says nothing of the source: it reports its own failures, by pages, or not at all. */
    private static boolean gaveUp(String said) {
        return said.isBlank() || said.contains("java.lang.StackOverflowError")
                || said.contains("java.lang.OutOfMemoryError");
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("memory:///" + PACKAGE.replace('.', '/') + "/" + className + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        ClassFile(String className) {
            super(URI.create("memory:///" + className.replace('.', '/') + ".class"), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        final List<ClassFile> classes = new ArrayList<>();

        Memory(StandardJavaFileManager platform) {
            super(platform);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(JavaFileManager.Location location, String className,
                JavaFileObject.Kind kind, FileObject sibling) {
            ClassFile file = new ClassFile(className);
            classes.add(file);
            return file;
        }
    }
}
