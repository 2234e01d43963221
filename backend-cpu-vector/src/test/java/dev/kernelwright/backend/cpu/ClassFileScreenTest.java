package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What may be in a kernel's class file; the hostile ones are compiled here, without the compiler's own rules. */
class ClassFileScreenTest {
    private static final String HARMLESS = KernelSources.running("""
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = 0; i < SPECIES.loopBound((int) n); i += LANES) {
                sum = sum.add(FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ByteOrder.nativeOrder()));
            }
            float total = sum.reduceLanes(VectorOperators.ADD) + Math.fma(2f, SCALE, Float.intBitsToFloat(7));
            out.setAtIndex(ValueLayout.JAVA_FLOAT, block, twice(total));
            """, "static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;",
            "static final int LANES = SPECIES.length();", "static final float SCALE = 0.5f;",
            "static float twice(float a) { return a + a; }");

    @Test
    void arithmeticVectorsAndBoundsCheckedMemoryAreAllowed() {
        assertThatCode(() -> ClassFileScreen.screen(compile(HARMLESS))).doesNotThrowAnyException();
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                running("System.exit", "System.exit(0);", "java.lang.System.exit"),
                running("Integer.getInteger", "block += Integer.getInteger(null, 3);", "java.lang.Integer.getInteger"),
                running("Math.random", "block += (int) Math.random();", "java.lang.Math.random"),
                running("System.nanoTime", "n += System.nanoTime();", "java.lang.System.nanoTime"),
                running("System.getProperty", "System.getProperty(null);", "java.lang.System.getProperty"),
                running("reflection", "x.getClass().getMethods();", "getClass"),
                running("a class literal", "Object o = String.class;", "the constant"),
                running("a primitive class", "Object o = int.class;", "java.lang.Integer.TYPE"),
                running("a thread", "Thread.currentThread().interrupt();", "java.lang.Thread.currentThread"),
                running("waiting", "Thread.onSpinWait();", "java.lang.Thread.onSpinWait"),
                running("the runtime", "Runtime.getRuntime().halt(1);", "java.lang.Runtime.getRuntime"),
                running("a file", "java.nio.file.FileSystems.getDefault();", "java.nio.file.FileSystems.getDefault"),
                running("a static that changes", "count++;", "the field count", "static int count;"),
                running("a static array", "out.set(ValueLayout.JAVA_INT, 0, A[0]);", "the constant A",
                        "static final int[] A = {1};"),
                running("a static object", "", "the constant O", "static final Object O = null;"),
                running("an instance field", "", "the field count", "int count;"),
                running("an array", "int[] a = new int[4];", "NEWARRAY"),
                running("an array of objects", "Object[] a = new Object[4];", "ANEWARRAY"),
                running("an array of arrays", "int[][] a = new int[4][4];", "MULTIANEWARRAY"),
                running("an access of an array", "int[] a = null; a[0] = 1;", "an array access"),
                running("an array as argument", "g(null);", "the method g([F)V", "static void g(float[] a) { }"),
                running("an object as argument", "g(null);", "the method g(Ljava/lang/Object;)V",
                        "static void g(Object a) { }"),
                running("an object as result", "g();", "the method g()Ljava/lang/Object;",
                        "static Object g() { return null; }"),
                running("a constructor that does something", "", "the instance method <init>",
                        "Sample() { hashCode(); }"),
                running("a constructor with parameters", "", "the instance method <init>", "Sample(int a) { }"),
                running("an annotation", "", "the attribute RuntimeVisibleAnnotations",
                        "@Deprecated static void g() { }"),
                running("an object", "Object o = new Object();", "NEW"),
                running("a lambda", "Runnable r = () -> { };", "INVOKEDYNAMIC"),
                running("a concatenation of strings", "String s = \"a\" + n;", "INVOKEDYNAMIC"),
                running("a string", "String s = \"a\";", "the constant a"),
                running("an exception handler", "try { twice(1); } finally { twice(2); }", "an exception handler",
                        "static int twice(int a) { return 2 * a; }"),
                running("throwing", "throw null;", "ATHROW"),
                running("a synchronized block", "synchronized (x) { block++; }", "an exception handler"),
                running("a synchronized method", "", "synchronized", "static synchronized void g() { }"),
                running("a native method", "g();", "native", "static native void g();"),
                running("an instance method", "", "the instance method g", "void g() { }"),
                running("a finalizer", "", "the instance method finalize", "protected void finalize() { }"),
                running("MemorySegment.reinterpret", "x.reinterpret(1L << 40);", "MemorySegment.reinterpret"),
                running("MemorySegment.ofAddress", "MemorySegment.ofAddress(8);", "MemorySegment.ofAddress"),
                running("MemorySegment.address", "n += x.address();", "MemorySegment.address"),
                running("MemorySegment.ofArray", "int[] a = null; MemorySegment.ofArray(a);", "MemorySegment.ofArray"),
                running("MemorySegment.toArray", "x.toArray(ValueLayout.JAVA_BYTE);", "MemorySegment.toArray"),
                running("an address read from memory", "x.get(ValueLayout.ADDRESS, 0);", "ValueLayout.ADDRESS"),
                running("an arena", "Arena.global();", "java.lang.foreign.Arena.global"),
                running("a vector from an array",
                        "float[] a = null; FloatVector.fromArray(FloatVector.SPECIES_128, a, 0);",
                        "FloatVector.fromArray"),
                running("a shuffle from a function",
                        "java.util.function.IntUnaryOperator f = null; VectorShuffle.fromOp(FloatVector.SPECIES_128, f);",
                        "VectorShuffle.fromOp"),
                running("a cast to a class that is no vector", "Object o = (Runnable) (Object) x;", "Runnable"),
                running("an enum", "Object o = java.util.concurrent.TimeUnit.DAYS;", "TimeUnit.DAYS"),
                running("a call of the class that loads it", "dev.kernelwright.backend.cpu.kernel.KernelHost.lookup();",
                        "KernelHost.lookup"),
                running("a nested class", "Nested.g();", "Sample$Nested.g",
                        "static final class Nested { static void g() { } }"),
                arguments("another package", HARMLESS.replace(KernelCompiler.PACKAGE, "com.example"),
                        "the class com/example/Sample"),
                arguments("a superclass", HARMLESS.replace("class Sample", "class Sample extends Thread"),
                        "superclass"),
                arguments("an interface",
                        HARMLESS.replace("class Sample", "class Sample implements java.io.Serializable"),
                        "interface"));
    }

    private static Arguments running(String name, String body, String named, String... members) {
        return arguments(name, KernelSources.running(body, members), named);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void isRejectedByName(@SuppressWarnings("unused") String name, String source, String named) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> ClassFileScreen.screen(compile(source)));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        assertThat(rejection).hasMessageContaining(named).hasMessageContaining("which is not allowed: ");
    }

    @Test
    void aDynamicConstantIsRejected() {
        ClassDesc self = ClassDesc.of(KernelCompiler.PACKAGE, "Sample");
        byte[] classFile = ClassFile.of().build(self, builder -> builder.withMethodBody("run",
                MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC,
                code -> code.loadConstant(ConstantDescs.TRUE).pop().return_()));
        assertThatThrownBy(() -> ClassFileScreen.screen(classFile)).isInstanceOf(KernelRejectedException.class);
    }

    /** The JVM renames a hidden class where it names itself, so this is a call of the class that was there before. */
    @Test
    void aCallOfAnotherClassByTheNameOfTheClassItselfIsRejected() {
        byte[] classFile = compile(KernelSources.running("Other0.g();", "static void g() { }")
                + "final class Other0 { static void g() { } }");
        String self = KernelCompiler.PACKAGE.replace('.', '/') + "/Sample";
        byte[] disguised = ClassFileWords.replace(classFile, self.replace("Sample", "Other0"), self);
        assertThat(disguised).isNotEqualTo(classFile);
        assertThatThrownBy(() -> ClassFileScreen.screen(disguised)).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("a call of " + KernelCompiler.PACKAGE + ".Sample.g");
    }

    @Test
    void aCallOfWhatTheClassInheritsIsRejected() {
        byte[] classFile = compile(KernelSources.running("g();", "static void g() { }"));
        byte[] inherited = ClassFileWords.replace(ClassFileWords.replace(classFile, "g", "notify"), "run", "walk");
        assertThatCode(() -> ClassFileScreen.screen(inherited)).doesNotThrowAnyException();
        ClassDesc self = ClassDesc.of(KernelCompiler.PACKAGE, "Sample");
        byte[] withoutMethod = ClassFile.of().build(self, builder -> builder.withMethodBody("run",
                MethodTypeDesc.of(ConstantDescs.CD_void), ClassFile.ACC_STATIC, code -> code.aconst_null()
                        .invokevirtual(self, "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int)).pop().return_()));
        assertThatThrownBy(() -> ClassFileScreen.screen(withoutMethod)).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("Sample.hashCode");
    }

    @Test
    void aClassFileForAnOlderJavaIsRejected() {
        byte[] classFile = compile(HARMLESS);
        classFile[7] = 49; // The last version whose code the JVM verifies by the old rules.
        assertThatThrownBy(() -> ClassFileScreen.screen(classFile)).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("class file version 49.0");
    }

    @Test
    void aPreviewClassFileIsRejected() {
        byte[] classFile = compile(HARMLESS);
        classFile[4] = classFile[5] = (byte) 0xff;
        assertThatThrownBy(() -> ClassFileScreen.screen(classFile)).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("version");
    }

    @Test
    void aHugeClassFileIsRejected() {
        assertThatThrownBy(() -> ClassFileScreen.screen(new byte[1 << 20]))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("1048576 bytes");
    }

    @Test
    void everyTruncatedClassFileIsRejected() {
        byte[] classFile = compile(HARMLESS);
        for (int length = 0; length < classFile.length; length++) {
            byte[] truncated = Arrays.copyOf(classFile, length);
            assertThatThrownBy(() -> load(truncated)).as("the first %d of %d bytes", length, classFile.length)
                    .isInstanceOf(KernelRejectedException.class);
        }
    }

    /** A count, a length, an offset or an index may be anything, and nothing of its size must be allocated. */
    @Test
    void aHugeOrNegativeNumberAnywhereIsRejectedOrOfNoConsequence() {
        byte[] classFile = compile(KernelSources.running("""
                switch (block) { case 0 -> n++; case 1 -> n--; case 2 -> n += 2; default -> n = 0; }
                switch (block) { case 7 -> n++; case 7000 -> n--; case 7000000 -> n += 2; default -> n = 0; }
                out.set(ValueLayout.JAVA_LONG, 0, n);"""));
        for (int number : new int[]{Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0xffff, 0x7fff7fff}) {
            for (int at = 0; at <= classFile.length - Integer.BYTES; at++) {
                byte[] changed = classFile.clone();
                ByteBuffer.wrap(changed).putInt(at, number);
                try {
                    ClassFileScreen.screen(changed);
                } catch (KernelRejectedException e) {
                    assertThat(e.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
                }
            }
        }
    }

    /** A flipped bit of a number or a name leaves a kernel that is merely another one; all else is refused. */
    @Test
    void aClassFileWithFlippedBitsIsRejectedOrIsStillAKernel() {
        byte[] classFile = compile(HARMLESS);
        SplittableRandom random = new SplittableRandom(1);
        int rejected = 0;
        int rounds = 6_000;
        for (int round = 0; round < rounds; round++) {
            byte[] flipped = classFile.clone();
            int flips = random.nextInt(1, 4);
            for (int i = 0; i < flips; i++) {
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                load(flipped);
            } catch (KernelRejectedException e) {
                rejected++;
            }
        }
        assertThat(rejected).isBetween(rounds / 2, rounds);
    }

    private static void load(byte[] classFile) throws KernelRejectedException {
        KernelClass.of(classFile, "run", 2, false, 1).define();
    }

    private static byte[] compile(String source) {
        return TestCompiler.compile(source);
    }
}
