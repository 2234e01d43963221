package dev.kernelwright.backend.cpu;

import dev.kernelwright.backend.cpu.kernel.KernelHost;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.ReasonCode;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.Arrays;
import java.util.List;

/**
 * A screened kernel class, from which bodies of blocks are made.
 *
 * <p>A kernel's entry point is a static method {@code void run(int block, MemorySegment..., long...)}. To be called
 * without a method handle and without packing arguments into arrays, the class is given one more method before it is
 * defined, {@link BlockBody#run}, which takes the arguments out of the {@link LaunchArguments} and calls the entry
 * point. Each {@link #define} makes a new hidden class of the same bytes, with its own profile and its own machine code.
 *
 * <p>And every method begins by asking each of its segments for its size, which it drops. What C2 knows of a segment's
 * class inside the platform's methods, it knows from their profiles, which all users of memory in the JVM share. One that
 * works on heap segments, as the Vector API does itself before it is compiled (reinterpreting a vector goes through a
 * byte array), makes every kernel compiled afterwards up to four times slower. The profile of a call in the kernel is its
 * own: there the class is always the same, C2 checks it once and then knows it for the rest of the method.
 */
final class KernelClass {
    private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc ARGUMENTS = LaunchArguments.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc BODY =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int, ARGUMENTS);

    private static final MethodTypeDesc BYTE_SIZE = MethodTypeDesc.of(ConstantDescs.CD_long);

    private final byte[] classFile;

    private KernelClass(byte[] classFile) {
        this.classFile = classFile;
    }

    /**
     * Screens a class and prepares one of its entry points.
     *
     * @param classFile the compiled kernel
     * @param entry the entry point's name
     * @param buffers the number of inputs and outputs
     * @param workspace whether a workspace follows them
     * @param axes the number of axes
     * @throws KernelRejectedException if the class is not allowed, or has no such entry point
     */
    static KernelClass of(byte[] classFile, String entry, int buffers, boolean workspace, int axes)
            throws KernelRejectedException {
        ClassModel model = ClassFileScreen.screen(classFile);
        int segments = buffers + (workspace ? 1 : 0);
        ClassDesc[] parameters = new ClassDesc[1 + segments + axes];
        parameters[0] = ConstantDescs.CD_int;
        Arrays.fill(parameters, 1, 1 + segments, SEGMENT);
        Arrays.fill(parameters, 1 + segments, parameters.length, ConstantDescs.CD_long);
        MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, parameters);
        boolean found = model.methods().stream().anyMatch(method -> method.methodName().equalsString(entry)
                && method.methodTypeSymbol().equals(type) && method.flags().has(AccessFlag.STATIC));
        if (!found) {
            throw new KernelRejectedException(ReasonCode.INVALID_PLAN, "the plan launches '" + entry
                    + "', but the class has no static void " + entry + "(int" + ", MemorySegment".repeat(segments)
                    + ", long".repeat(axes) + "): declare it with exactly these parameters, in this order");
        }
        try {
            return new KernelClass(implementBody(model, entry, type, segments, axes));
        } catch (RuntimeException e) {
            // Malformed where the screen did not look, since it cannot matter to what the code does.
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "the kernel has a malformed class file ("
                    + e.getMessage() + "), which is not allowed: compile the source again");
        }
    }

    private static byte[] implementBody(ClassModel model, String entry, MethodTypeDesc type, int segments, int axes) {
        ClassDesc self = model.thisClass().asSymbol();
        ClassTransform pinSegments = (builder, element) -> {
            if (element instanceof MethodModel method) {
                builder.transformMethod(method, MethodTransform.transformingCode(new PinSegments(method)));
            } else {
                builder.with(element);
            }
        };
        return ClassFile.of().transformClass(model, pinSegments.andThen(ClassTransform.endHandler(builder -> builder
                .withInterfaceSymbols(BlockBody.class.describeConstable().orElseThrow())
                .withMethodBody("run", BODY, ClassFile.ACC_PUBLIC,
                        code -> unpack(code, self, entry, type, segments, axes)))));
    }

    /** Lets a method begin with a call of {@code byteSize} on each segment among its parameters. */
    private record PinSegments(MethodModel method) implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            List<ClassDesc> parameters = method.methodTypeSymbol().parameterList();
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i).equals(SEGMENT)) {
                    code.aload(code.parameterSlot(i)).invokeinterface(SEGMENT, "byteSize", BYTE_SIZE).pop2();
                }
            }
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
        }
    }

    private static void unpack(CodeBuilder code, ClassDesc self, String entry, MethodTypeDesc type, int segments,
            int axes) {
        code.iload(1);
        for (int i = 0; i < segments; i++) {
            code.aload(2).loadConstant(i).invokevirtual(ARGUMENTS, "segment",
                    MethodTypeDesc.of(SEGMENT, ConstantDescs.CD_int));
        }
        for (int i = 0; i < axes; i++) {
            code.aload(2).invokevirtual(ARGUMENTS, "axes", MethodTypeDesc.of(ConstantDescs.CD_long.arrayType()))
                    .loadConstant(i).laload();
        }
        code.invokestatic(self, entry, type).return_();
    }

    /**
     * Defines the class anew and returns its body of a block.
     *
     * @throws KernelRejectedException if the JVM's verifier refuses it
     */
    BlockBody define() throws KernelRejectedException {
        try {
            MethodHandles.Lookup hidden = KernelHost.lookup().defineHiddenClass(classFile, true);
            return (BlockBody) hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class)).invoke();
        } catch (LinkageError e) {
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                    "the JVM refuses the kernel's class (" + e.getMessage() + "): compile the source again");
        } catch (Throwable t) {
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                    "the kernel's class cannot be instantiated (" + t + "): leave it its default constructor");
        }
    }
}
