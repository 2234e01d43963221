package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
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

    private final ClassModel model;
    private final String self;

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
        if (model.majorVersion() > ClassFile.latestMajorVersion() || model.minorVersion() != 0) {
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
        // Read for their errors alone: what no one asks for, the class-file library does not parse.
        model.attributes();
        for (FieldModel field : model.fields()) {
            screen(field);
        }
        for (MethodModel method : model.methods()) {
            screen(method);
        }
    }

    private void screen(FieldModel field) throws KernelRejectedException {
        String name = field.fieldName().stringValue();
        if (!field.flags().has(AccessFlag.STATIC) || !field.flags().has(AccessFlag.FINAL)) {
            throw forbidden("the field " + name + ", which could hold state between calls",
                    "make it static final, or a local variable");
        }
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
        if (!method.flags().has(AccessFlag.STATIC) && !name.equals(ConstantDescs.INIT_NAME)) {
            throw forbidden("the instance method " + name, "make it static");
        }
        CodeModel code = method.code().orElseThrow(() -> new IllegalArgumentException("no code in " + name));
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

    private void screen(String method, Instruction instruction, boolean initializer) throws KernelRejectedException {
        switch (instruction) {
            case InvokeInstruction invoke -> screen(method, invoke);
            case FieldInstruction field -> screen(method, field, initializer);
            case TypeCheckInstruction check -> {
                if (!AllowedMembers.isOwner(check.type().asInternalName())) {
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
        return instruction instanceof ArrayLoadInstruction || instruction instanceof ArrayStoreInstruction;
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
        String owner = invoke.owner().asInternalName();
        String name = invoke.name().stringValue();
        boolean allowed = owner.equals(self)
                ? !name.equals(ConstantDescs.INIT_NAME)
                : AllowedMembers.isMethod(owner, name, invoke.type().stringValue());
        boolean superConstructor = method.equals(ConstantDescs.INIT_NAME) && owner.equals("java/lang/Object")
                && name.equals(ConstantDescs.INIT_NAME);
        if (!allowed && !superConstructor) {
            throw forbidden("a call of " + owner.replace('/', '.') + "." + name + invoke.type().stringValue() + " in "
                    + method, "use Math, the Vector API and the bounds-checked access of MemorySegment only");
        }
    }

    private void screen(String method, FieldInstruction field, boolean initializer) throws KernelRejectedException {
        String owner = field.owner().asInternalName();
        boolean allowed = switch (field.opcode()) {
            case GETSTATIC -> owner.equals(self) || AllowedMembers.isConstant(owner, field.name().stringValue());
            case PUTSTATIC -> owner.equals(self) && initializer;
            default -> false;
        };
        if (!allowed) {
            throw forbidden("an access of the field " + owner.replace('/', '.') + "." + field.name().stringValue()
                    + " in " + method, "use the class's own constants and those of the Vector API and ValueLayout");
        }
    }

    private static KernelRejectedException forbidden(String found, String cure) {
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                "the kernel has " + found + ", which is not allowed: " + cure);
    }
}
