package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Class files that were changed at random: none that {@link ClassFileOracle} objects to is accepted, and the screen
 * throws nothing but a rejection.
 */
class ClassFileFuzzTest {
    private static final long SEED = 20_261_123;
    private static final int FEW = 6_000;
    private static final int MANY = 240_000;
    private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    /** What a class file would like to say. */
    private static final List<String> WORDS = List.of("java/lang/System", "exit", "(I)V", "nanoTime", "()J",
            "java/lang/Integer", "getInteger", "java/lang/Math", "random", "()D", "java/lang/foreign/MemorySegment",
            "reinterpret", "(J)Ljava/lang/foreign/MemorySegment;", "ofAddress", "address", "java/lang/Thread",
            "onSpinWait", "()V", "java/lang/Object", "hashCode", "()I", "wait", "getClass", "()Ljava/lang/Class;",
            "<init>", "<clinit>", "Code", "BootstrapMethods", "NestHost", "ConstantValue", "Record",
            "dev/kernelwright/backend/cpu/kernel/KernelHost", "lookup",
            "()Ljava/lang/invoke/MethodHandles$Lookup;", "run", "[I", "[Ljava/lang/Object;", "Ljava/lang/Object;",
            "jdk/incubator/vector/FloatVector", "fromArray", "java/lang/Runtime", "jdk/internal/misc/Unsafe", "", "/",
            ";");

    private static final List<byte[]> SEEDS = new ArrayList<>();

    /** Kernels as they are, and programs that do what none may. */
    @BeforeAll
    static void compileSeeds() throws KernelRejectedException {
        for (String text : List.of("rms_norm(rows=4,cols=300)", "softmax(rows=4,cols=300)", "argmax(rows=4,cols=300)",
                "matmul(m=2,n=40,k=50,transpose_b=1)", "rope(rows=4,heads=2,head_dim=64,positions=9)")) {
            Workload workload = StandardOps.catalog().parse(text, DType.F32);
            KernelTemplate template = Templates.find(workload.signature()).orElseThrow();
            SEEDS.add(KernelCompiler.compile(template.expand(template.defaultPoint(), workload.signature()).text())
                    .classFile());
        }
        for (String body : List.of("System.exit(0);", "n += System.nanoTime();",
                "block += Integer.getInteger(null, 3);",
                "x.reinterpret(1L << 40).set(ValueLayout.JAVA_INT, 1L << 30, 1);", "int[] a = new int[4]; a[0] = 1;",
                "Runnable r = () -> { }; r.run();", "try { block /= 0; } catch (ArithmeticException e) { block++; }",
                "synchronized (x) { block++; }", "throw null;", "n += x.hashCode();", "count++;")) {
            SEEDS.add(TestCompiler.compile(KernelSources.running(body, "static int count;")));
        }
    }

    @Test
    void theOracleObjectsToNoKernelAndToEveryProgramThatIsNone() {
        for (byte[] kernel : SEEDS.subList(0, 5)) {
            assertThat(ClassFileOracle.objections(kernel)).isEmpty();
        }
        for (byte[] program : SEEDS.subList(5, SEEDS.size())) {
            assertThat(ClassFileOracle.objections(program)).isNotEmpty();
        }
    }

    @Test
    void noChangedClassFileGetsPast() {
        fuzz(FEW);
    }

    @Test
    @Tag("stress")
    void noneOfManyChangedClassFilesGetsPast() {
        fuzz(MANY);
    }

    private static void fuzz(int rounds) {
        SplittableRandom random = new SplittableRandom(SEED);
        int accepted = 0;
        int objected = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] seed = SEEDS.get(random.nextInt(SEEDS.size()));
            byte[] changed = switch (round % 3) {
                case 0 -> withChangedBytes(seed, random);
                case 1 -> withChangedWord(seed, random);
                default -> withInsertion(SEEDS.get(random.nextInt(5)), random);
            };
            boolean passes = passes(changed, round);
            List<String> objections;
            try {
                objections = ClassFileOracle.objections(changed);
            } catch (RuntimeException e) {
                objections = List.of("unreadable: " + e);
            }
            accepted += passes ? 1 : 0;
            objected += objections.isEmpty() ? 0 : 1;
            if (passes) {
                assertThat(objections).as("what is in the class file of round %d, which was accepted", round).isEmpty();
            }
        }
        // Neither is the screen closed to all, nor had the oracle nothing to object to.
        assertThat(accepted).isBetween(rounds / 100, rounds / 2);
        assertThat(objected).isGreaterThan(rounds / 3);
    }

    @SuppressWarnings("CatchingUnchecked") // that there is no other exception is what is tested
    private static boolean passes(byte[] classFile, int round) {
        try {
            ClassFileScreen.screen(classFile);
            return true;
        } catch (KernelRejectedException e) {
            assertThat(e.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
            return false;
        } catch (Throwable t) {
            throw new AssertionError("in round " + round, t);
        }
    }

    private static byte[] withChangedBytes(byte[] seed, SplittableRandom random) {
        byte[] changed = seed.clone();
        int count = random.nextInt(1, 5);
        for (int i = 0; i < count; i++) {
            int at = random.nextInt(changed.length);
            changed[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : changed[at] ^ (1 << random.nextInt(8)));
        }
        return changed;
    }

    private static byte[] withChangedWord(byte[] seed, SplittableRandom random) {
        List<Integer> words = ClassFileWords.positions(seed);
        return ClassFileWords.replaceAt(seed, words.get(random.nextInt(words.size())),
                WORDS.get(random.nextInt(WORDS.size())));
    }

    private static List<Consumer<CodeBuilder>> insertions() {
        DirectMethodHandleDesc bootstrap = MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC,
                ClassDesc.of("java.lang.invoke.LambdaMetafactory"), "metafactory",
                MethodTypeDesc.of(ConstantDescs.CD_CallSite, ConstantDescs.CD_MethodHandles_Lookup,
                        ConstantDescs.CD_String, ConstantDescs.CD_MethodType));
        return List.of(
                code -> code.iconst_0().invokestatic(SYSTEM, "exit",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int)),
                code -> code.invokestatic(SYSTEM, "nanoTime", MethodTypeDesc.of(ConstantDescs.CD_long)).pop2(),
                code -> code.getstatic(SYSTEM, "out", ClassDesc.of("java.io.PrintStream")).pop(),
                code -> code.ldc("a string").pop(),
                code -> code.ldc(ClassDesc.of("java.lang.Thread")).pop(),
                code -> code.loadConstant(ConstantDescs.TRUE).pop(),
                code -> code.invokedynamic(DynamicCallSiteDesc.of(bootstrap, "run",
                        MethodTypeDesc.of(ClassDesc.of("java.lang.Runnable")))).pop(),
                code -> code.new_(ConstantDescs.CD_Object).pop(),
                code -> code.iconst_4().newarray(TypeKind.FLOAT).pop(),
                code -> code.iconst_4().anewarray(ConstantDescs.CD_Object).pop(),
                code -> code.aconst_null().monitorenter(),
                code -> code.aconst_null().athrow(),
                code -> code.aconst_null().checkcast(ClassDesc.of("java.lang.Runnable")).pop(),
                code -> code.aconst_null().arraylength().pop(),
                code -> code.aconst_null().iconst_0().iaload().pop(),
                code -> code.aconst_null().checkcast(SEGMENT).invokeinterface(SEGMENT, "address",
                        MethodTypeDesc.of(ConstantDescs.CD_long)).pop2(),
                code -> code.lconst_1().invokestatic(SEGMENT, "ofAddress",
                        MethodTypeDesc.of(SEGMENT, ConstantDescs.CD_long), true).pop(),
                code -> code.invokestatic(ClassDesc.of("java.lang.Math"), "random",
                        MethodTypeDesc.of(ConstantDescs.CD_double)).pop2(),
                code -> code.iconst_1().putstatic(SYSTEM, "in", ConstantDescs.CD_int),
                code -> code.aconst_null().getfield(ConstantDescs.CD_Object, "value", ConstantDescs.CD_int).pop(),
                code -> code.aconst_null().invokevirtual(ConstantDescs.CD_Object, "hashCode",
                        MethodTypeDesc.of(ConstantDescs.CD_int)).pop());
    }

    /** Puts what is forbidden before some instruction of some method. */
    private static byte[] withInsertion(byte[] seed, SplittableRandom random) {
        List<Consumer<CodeBuilder>> insertions = insertions();
        Consumer<CodeBuilder> insertion = insertions.get(random.nextInt(insertions.size()));
        var model = ClassFile.of().parse(seed);
        List<MethodModel> methods = model.methods();
        MethodModel method = methods.get(random.nextInt(methods.size()));
        long instructions = method.code().orElseThrow().elementStream().filter(Instruction.class::isInstance).count();
        long at = random.nextLong(instructions);
        CodeTransform insert = CodeTransform.ofStateful(() -> new CodeTransform() {
            private long seen;

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                if (element instanceof Instruction && seen++ == at) {
                    insertion.accept(code);
                }
                code.with(element);
            }
        });
        return ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS, ClassFile.DeadCodeOption.KEEP_DEAD_CODE)
                .transformClass(model, ClassTransform.transformingMethods(other -> other == method,
                        MethodTransform.transformingCode(insert)));
    }
}
