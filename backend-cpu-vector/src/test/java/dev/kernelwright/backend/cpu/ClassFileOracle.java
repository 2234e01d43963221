package dev.kernelwright.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Another opinion on a class file: reads its bytes, without the platform's class-file library, and says what in its code
 * no kernel may do.
 *
 * <p>It forbids where {@link ClassFileScreen} allows, so that the two do not share a mistake: everything of a class that
 * is neither the file's own nor one of a few, and of those few what reaches further than it looks.
 */
final class ClassFileOracle {
    private static final Set<String> OWNERS = Set.of("java/lang/Math", "java/lang/StrictMath", "java/lang/Float",
            "java/lang/Double", "java/lang/Integer", "java/lang/Long", "java/lang/foreign/MemorySegment",
            "java/lang/foreign/ValueLayout", "java/nio/ByteOrder");
    private static final Set<String> FAR_REACHING = Set.of("random", "getInteger", "getLong", "address", "reinterpret",
            "ofAddress", "ofArray", "ofBuffer", "heapBase", "force", "load", "unload", "scope", "session", "copy",
            "toArray", "asByteBuffer", "getString", "setString", "elements", "spliterator", "hashCode",
            "identityHashCode", "toString", "getClass", "wait", "notify", "notifyAll", "clone", "finalize", "valueOf",
            "parseInt", "decode", "fromArray", "intoArray", "fromOp", "fromCharArray", "varHandle",
            "arrayElementVarHandle", "ADDRESS", "TYPE", "describeConstable", "resolveConstantDesc");
    /** The length of each instruction in bytes; 0 for those that differ, -1 for those that no kernel may use. */
    private static final int[] LENGTHS = new int[256];

    static {
        for (int opcode = 0; opcode < 256; opcode++) {
            LENGTHS[opcode] = length(opcode);
        }
    }

    private final ByteBuffer in;
    private int[] tags = {};
    private int[] firsts = {};
    private int[] seconds = {};
    private String[] texts = {};
    private int self;
    private final Set<String> declared = new HashSet<>();
    /** The calls in the class, which are judged when all that it declares is known. */
    private final List<Runnable> members = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    private ClassFileOracle(byte[] classFile) {
        this.in = ByteBuffer.wrap(classFile);
    }

    private static int length(int opcode) {
        return switch (opcode) {
            case 16, 18, 21, 22, 23, 24, 25, 54, 55, 56, 57, 58 -> 2; // bipush, ldc, loads and stores
            case 17, 19, 20, 132, 178, 179, 182, 183, 184, 192, 193 -> 3;
            case 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 198, 199 -> 3;
            case 185, 200 -> 5;
            case 170, 171, 196 -> 0; // switches and wide
            // Arrays, subroutines, fields of objects, dynamic calls, new, throw, monitors, and what does not exist.
            case 46, 47, 48, 49, 50, 51, 52, 53, 79, 80, 81, 82, 83, 84, 85, 86, 168, 169, 180, 181, 186, 187, 188, 189,
                    190, 191, 194, 195, 197, 201 ->
                -1;
            default -> opcode > 201 ? -1 : 1;
        };
    }

    /** Returns what is forbidden; empty if nothing is. */
    static List<String> objections(byte[] classFile) {
        ClassFileOracle oracle = new ClassFileOracle(classFile);
        oracle.read();
        return oracle.found;
    }

    private void read() {
        skip(8);
        readPool();
        skip(2);
        self = two();
        String superclass = text(firsts[two()]);
        if (!superclass.equals("java/lang/Object") || two() != 0) {
            found.add("a supertype");
            return;
        }
        int fields = two();
        for (int i = 0; i < fields; i++) {
            int flags = two();
            String field = text(two());
            if ((flags & 0x18) != 0x18) { // static final
                found.add("the field " + field);
            }
            String type = text(two());
            declared.add(field + type);
            if (type.startsWith("[") || (type.startsWith("Ljava/") && !type.contains("ValueLayout")
                    && !type.contains("ByteOrder"))) {
                found.add("the field " + field + " of type " + type);
            }
            skipAttributes();
        }
        int methods = two();
        for (int i = 0; i < methods; i++) {
            readMethod();
        }
        members.forEach(Runnable::run);
    }

    private void readPool() {
        int count = two();
        tags = new int[count];
        firsts = new int[count];
        seconds = new int[count];
        texts = new String[count];
        for (int i = 1; i < count; i++) {
            tags[i] = Byte.toUnsignedInt(in.get());
            switch (tags[i]) {
                // What it compares is ASCII; a malformed word elsewhere is for the JVM to refuse.
                case 1 -> texts[i] = new String(bytes(two()), StandardCharsets.ISO_8859_1);
                case 3, 4 -> skip(4);
                case 5, 6 -> {
                    skip(8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> firsts[i] = two();
                case 15 -> skip(3);
                default -> {
                    firsts[i] = two();
                    seconds[i] = two();
                }
            }
        }
    }

    private String text(int index) {
        return texts[index];
    }

    private void skipAttributes() {
        int count = two();
        for (int i = 0; i < count; i++) {
            skip(2);
            skip(in.getInt());
        }
    }

    private void readMethod() {
        int flags = two();
        String name = text(two());
        declared.add(name + text(two()));
        if ((flags & 0x0520) != 0) { // native, abstract, synchronized
            found.add("the method " + name + " with flags " + flags);
        }
        if ((flags & 8) == 0 && !name.equals("<init>")) {
            found.add("the instance method " + name);
        }
        int attributes = two();
        for (int i = 0; i < attributes; i++) {
            String attribute = text(two());
            int length = in.getInt();
            int next = in.position() + length;
            if (attribute.equals("Code")) {
                skip(4);
                readCode(name, bytes(in.getInt()));
                if (two() > 0) {
                    found.add("a handler in " + name);
                }
            }
            // As the platform's library does: what is within has lengths of its own.
            in.position(next);
        }
    }

    private int two() {
        return Short.toUnsignedInt(in.getShort());
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private void skip(int length) {
        in.position(in.position() + length);
    }

    private void readCode(String method, byte[] code) {
        for (int at = 0; at < code.length;) {
            int opcode = code[at] & 0xff;
            int length = LENGTHS[opcode];
            if (length < 0) {
                found.add("the instruction " + opcode + " in " + method);
                return;
            }
            switch (opcode) {
                case 18 -> constant(method, code[at + 1] & 0xff);
                case 19, 20 -> constant(method, unsigned(code, at + 1));
                case 178, 179, 182, 183, 184, 185 -> {
                    int index = unsigned(code, at + 1);
                    members.add(() -> member(method, opcode, index));
                }
                case 192, 193 -> {
                    String type = text(firsts[unsigned(code, at + 1)]);
                    if (!type.startsWith("jdk/incubator/vector/") && !type.contains("ValueLayout")
                            && !type.contains("ByteOrder") && !type.equals("java/lang/foreign/MemorySegment")) {
                        found.add("a cast to " + type + " in " + method);
                    }
                }
                default -> {
                    // On locals and numbers, or a jump.
                }
            }
            at += length > 0 ? length : variableLength(code, at, opcode);
        }
    }

    private static int variableLength(byte[] code, int at, int opcode) {
        if (opcode == 196) {
            return (code[at + 1] & 0xff) == 132 ? 6 : 4;
        }
        int operands = (at + 4) & ~3;
        int end = opcode == 170
                ? operands + 12 + 4 * (integer(code, operands + 8) - integer(code, operands + 4) + 1)
                : operands + 8 + 8 * integer(code, operands + 4);
        return end - at;
    }

    private static int unsigned(byte[] code, int at) {
        return (code[at] & 0xff) << 8 | (code[at + 1] & 0xff);
    }

    private static int integer(byte[] code, int at) {
        return unsigned(code, at) << 16 | unsigned(code, at + 2);
    }

    private void constant(String method, int index) {
        if (tags[index] < 3 || tags[index] > 6) {
            found.add("a constant that is no number in " + method);
        }
    }

    private void member(String method, int opcode, int index) {
        int ownerIndex = firsts[index];
        String owner = text(firsts[ownerIndex]);
        String name = text(firsts[seconds[index]]);
        String descriptor = text(seconds[seconds[index]]);
        boolean superConstructor = method.equals("<init>") && name.equals("<init>") && owner.equals("java/lang/Object");
        boolean own = ownerIndex == self && declared.contains(name + descriptor) && opcode <= 184 && opcode != 182
                && opcode != 183;
        if (opcode == 179 && !(own && method.equals("<clinit>"))) {
            found.add("a write of " + name + " in " + method);
        }
        if (superConstructor) {
            return;
        }
        boolean few = OWNERS.contains(owner) || owner.startsWith("jdk/incubator/vector/");
        if (own) {
            return;
        }
        if (!few || FAR_REACHING.contains(name) || descriptor.contains("[")
                || descriptor.contains("java/lang/Object") || descriptor.contains("java/lang/Class")
                || descriptor.contains("java/lang/String") || descriptor.contains("java/lang/invoke")
                || descriptor.contains("java/util/") || descriptor.contains("AddressLayout")) {
            found.add("a use of " + owner + "." + name + descriptor + " in " + method);
        }
    }
}
