package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.lang.classfile.Attribute;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.DoubleEntry;
import java.lang.classfile.constantpool.FloatEntry;
import java.lang.classfile.constantpool.IntegerEntry;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.constantpool.LongEntry;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a class file is a kernel and nothing else.
 *
 * <p>What is listed is allowed and everything else is not: arithmetic on locals, calls within the class, and the
 * members in {@link AllowedMembers}. There is no way to make or hold an object: no allocation, no instance fields, no
 * static that could change, no dynamic constant or call, no exception handler, no monitor. Every instruction of every
 * method is looked at, whether reachable or not. The JVM's own verifier does the rest when the class is defined.
 */
final class ClassFileScreen {
    private static final int MAX_BYTES = 512 * 1024;

    /** What javac writes for a kernel. */
    private static final Set<String> ATTRIBUTES = Set.of("SourceFile", "InnerClasses", "Signature", "ConstantValue",
            "Code", "Exceptions", "Deprecated", "LineNumberTable", "LocalVariableTable", "LocalVariableTypeTable",
            "StackMapTable");
    private static final List<Opcode> CONSTRUCTOR = List.of(Opcode.ALOAD_0, Opcode.INVOKESPECIAL, Opcode.RETURN);

    private final ClassModel model;
    private final String self;
    /** The class's own methods and fields: names, each followed by its descriptor. */
    private final Set<String> declared = new HashSet<>();

    private ClassFileScreen(ClassModel model) {
        this.model = model;
        this.self = model.thisClass().asInternalName();
    }

    /**
     * Screens a class file.
     *
     * @return the parsed class
     * @throws KernelRejectedException naming the first thing that is not allowed
     */
    static ClassModel screen(byte[] classFile) throws KernelRejectedException {
        if (classFile.length > MAX_BYTES) {
            throw forbidden("a class file of " + classFile.length + " bytes", "keep it below " + MAX_BYTES);
        }
        try {
            ClassModel model = ClassFile.of().parse(classFile);
            new ClassFileScreen(model).screen();
            return model;
        } catch (RuntimeException e) {
            // Malformed input, lazily found in any part of it: the class-file library's word for that is
            // IllegalArgumentException, but an attribute in a wrong place is a ClassCastException, for one.
            throw forbidden("a malformed class file (" + e.getMessage() + ")", "compile the source again");
        }
    }

    private void screen() throws KernelRejectedException {
        if (model.majorVersion() < ClassFile.JAVA_25_VERSION || model.majorVersion() > ClassFile.latestMajorVersion()
                || model.minorVersion() != 0) {
            throw forbidden("class file version " + model.majorVersion() + "." + model.minorVersion(),
                    "compile for this Java, without preview features");
        }
        if (!self.startsWith(KernelCompiler.PACKAGE.replace('.', '/') + "/")) {
            throw forbidden("the class " + self, "declare it in the package " + KernelCompiler.PACKAGE);
        }
        if (!model.superclass().map(ClassEntry::asInternalName).orElse("").equals("java/lang/Object")
                || !model.interfaces().isEmpty() || model.flags().has(AccessFlag.INTERFACE)) {
            throw forbidden("a class with a superclass or an interface", "declare a plain final class");
        }
        for (FieldModel field : model.fields()) {
            screen(field);
            declared.add(field.fieldName().stringValue() + field.fieldType().stringValue());
        }
        for (MethodModel method : model.methods()) {
            declared.add(method.methodName().stringValue() + method.methodType().stringValue());
        }
        for (MethodModel method : model.methods()) {
            screen(method);
        }
        screenAttributes(model, "the class");
    }

    private void screen(FieldModel field) throws KernelRejectedException {
        String name = field.fieldName().stringValue();
        if (!field.flags().has(AccessFlag.STATIC) || !field.flags().has(AccessFlag.FINAL)) {
            throw forbidden("the field " + name + ", which could hold state between calls",
                    "make it static final, or a local variable");
        }
        screenAttributes(field, name);
        if (!AllowedMembers.isConstantType(field.fieldType().stringValue())) {
            throw forbidden("the constant " + name + " of type " + field.fieldType().stringValue(),
                    "use numbers, vector species, vectors and layouts only");
        }
    }

    private void screen(MethodModel method) throws KernelRejectedException {
        String name = method.methodName().stringValue();
        method.methodTypeSymbol();
        if (method.flags().has(AccessFlag.NATIVE) || method.flags().has(AccessFlag.SYNCHRONIZED)
                || method.flags().has(AccessFlag.ABSTRACT)) {
            throw forbidden("the native, synchronized or abstract method " + name, "make it a plain static method");
        }
        screenAttributes(method, name);
        CodeModel code = method.code().orElseThrow(() -> new IllegalArgumentException("no code in " + name));
        screenAttributes((AttributedElement) code, name);
        if (!method.flags().has(AccessFlag.STATIC)) {
            if (!isDefaultConstructor(method, code)) {
                throw forbidden("the instance method " + name, "make it static");
            }
            return;
        }
        if (!AllowedMembers.hasOnlyValues(method.methodType().stringValue())) {
            throw forbidden("the method " + name + method.methodType().stringValue(),
                    "pass and return numbers, vectors, segments and layouts only");
        }
        if (!code.exceptionHandlers().isEmpty()) {
            throw forbidden("an exception handler in " + name, "let exceptions end the kernel");
        }
        boolean initializer = name.equals(ConstantDescs.CLASS_INIT_NAME);
        for (CodeElement element : code) {
            if (element instanceof Instruction instruction) {
                screen(name, instruction, initializer);
            }
        }
    }

    /** Whether it only calls that of Object, which it cannot pass anything. */
    private static boolean isDefaultConstructor(MethodModel method, CodeModel code) {
        List<Instruction> instructions = code.elementStream().filter(Instruction.class::isInstance)
                .map(Instruction.class::cast).toList();
        return method.methodName().equalsString(ConstantDescs.INIT_NAME) && method.methodType().equalsString("()V")
                && code.exceptionHandlers().isEmpty()
                && instructions.stream().map(Instruction::opcode).toList().equals(CONSTRUCTOR)
                && instructions.get(1) instanceof InvokeInstruction call
                && call.owner().asInternalName().equals("java/lang/Object")
                && call.name().equalsString(ConstantDescs.INIT_NAME);
    }

    private void screen(String method, Instruction instruction, boolean initializer) throws KernelRejectedException {
        switch (instruction) {
            case InvokeInstruction invoke -> screen(method, invoke);
            case FieldInstruction field -> screen(method, field, initializer);
            case TypeCheckInstruction check -> {
                if (!AllowedMembers.isType(check.type().asInternalName())) {
                    throw forbidden("a cast to " + check.type().asInternalName() + " in " + method,
                            "cast to vector types and layouts only");
                }
            }
            case ConstantInstruction.LoadConstantInstruction load -> {
                if (!isNumber(load.constantEntry())) {
                    throw forbidden("the constant " + load.constantValue() + " in " + method, "use numbers only");
                }
            }
            case Instruction array when isArrayAccess(array) -> throw forbidden("an array access in " + method,
                    "use the memory segments or local variables");
            case Instruction plain when isArithmetic(plain) || isControlFlow(plain) -> {
                // On locals, and within the method.
            }
            default -> throw forbidden("the instruction " + instruction.opcode() + " in " + method,
                    "allocate nothing, throw nothing, and take no monitor; ask for a workspace if you need memory");
        }
    }

    private static boolean isNumber(LoadableConstantEntry constant) {
        return constant instanceof IntegerEntry || constant instanceof LongEntry || constant instanceof FloatEntry
                || constant instanceof DoubleEntry;
    }

    private static boolean isArrayAccess(Instruction instruction) {
        return instruction instanceof ArrayLoadInstruction || instruction instanceof ArrayStoreInstruction
                || instruction.opcode() == Opcode.ARRAYLENGTH;
    }

    private static boolean isArithmetic(Instruction instruction) {
        return instruction instanceof ConstantInstruction || instruction instanceof LoadInstruction
                || instruction instanceof StoreInstruction || instruction instanceof IncrementInstruction
                || instruction instanceof OperatorInstruction || instruction instanceof ConvertInstruction
                || instruction instanceof StackInstruction;
    }

    private static boolean isControlFlow(Instruction instruction) {
        return instruction instanceof BranchInstruction || instruction instanceof TableSwitchInstruction
                || instruction instanceof LookupSwitchInstruction || instruction instanceof ReturnInstruction
                || instruction instanceof NopInstruction;
    }

    private void screen(String method, InvokeInstruction invoke) throws KernelRejectedException {
        String name = invoke.name().stringValue();
        String descriptor = invoke.type().stringValue();
        boolean allowed = isSelf(invoke.owner())
                ? invoke.opcode() == Opcode.INVOKESTATIC && declared.contains(name + descriptor)
                : AllowedMembers.contains(invoke.owner().asInternalName(), name, descriptor);
        if (!allowed) {
            throw forbidden("a call of " + invoke.owner().asInternalName().replace('/', '.') + "." + name + descriptor
                    + " in " + method,
                    "use Math, the Vector API and the bounds-checked access of MemorySegment only");
        }
    }

    private void screen(String method, FieldInstruction field, boolean initializer) throws KernelRejectedException {
        String name = field.name().stringValue();
        String descriptor = field.type().stringValue();
        boolean own = isSelf(field.owner()) && declared.contains(name + descriptor);
        boolean allowed = switch (field.opcode()) {
            case GETSTATIC -> own || AllowedMembers.contains(field.owner().asInternalName(), name, descriptor);
            case PUTSTATIC -> own && initializer;
            default -> false;
        };
        if (!allowed) {
            throw forbidden("an access of the field " + field.owner().asInternalName().replace('/', '.') + "." + name
                    + " in " + method, "use the class's own constants and those of the Vector API and ValueLayout");
        }
    }

    /**
     * By its place in the constant pool and not by its name: the JVM gives a hidden class a name of its own there, and
     * the same name in another place is another class, one that was there before.
     */
    private boolean isSelf(ClassEntry owner) {
        return owner.index() == model.thisClass().index();
    }

    /** What is listed can be seen through; everything else may mean something to a JVM, now or later. */
    private static void screenAttributes(AttributedElement element, String of) throws KernelRejectedException {
        for (Attribute<?> attribute : element.attributes()) {
            if (!ATTRIBUTES.contains(attribute.attributeName().stringValue())) {
                throw forbidden("the attribute " + attribute.attributeName().stringValue() + " of " + of,
                        "compile a plain class without annotations, records, enums and lambdas");
            }
        }
    }

    private static KernelRejectedException forbidden(String found, String cure) {
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                "the kernel has " + found + ", which is not allowed: " + cure);
    }
}
