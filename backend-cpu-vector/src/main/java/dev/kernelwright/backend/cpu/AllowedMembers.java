package dev.kernelwright.backend.cpu;

import java.util.Map;
import java.util.Set;

/**
 * The members of other classes that a kernel may use, by owner and name.
 *
 * <p>Listed one by one, because classes that look harmless are not: {@code Integer.getInteger} reads the environment,
 * {@code Math.random} keeps state, and {@code MemorySegment.reinterpret} reaches all memory. Left out on purpose:
 * {@code MemorySegment.address}, with which a kernel could know its inputs again; everything that takes or gives
 * arrays, classes or functions.
 */
final class AllowedMembers {
    private static final Set<String> NUMBER_METHODS = Set.of("abs", "max", "min", "sum", "compare", "compareUnsigned",
            "bitCount", "numberOfLeadingZeros", "numberOfTrailingZeros", "rotateLeft", "rotateRight", "signum",
            "highestOneBit", "lowestOneBit", "divideUnsigned", "remainderUnsigned", "isNaN", "isInfinite", "isFinite",
            "float16ToFloat", "floatToFloat16", "intBitsToFloat", "floatToIntBits", "floatToRawIntBits",
            "longBitsToDouble", "doubleToLongBits", "doubleToRawLongBits");

    private static final Set<String> MATH_METHODS = Set.of("abs", "max", "min", "fma", "sqrt", "cbrt", "exp", "expm1",
            "log", "log10", "log1p", "pow", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh",
            "tanh", "hypot", "ceil", "floor", "rint", "round", "signum", "copySign", "getExponent", "scalb", "ulp",
            "nextUp", "nextDown", "clamp", "addExact", "subtractExact", "multiplyExact", "negateExact", "toIntExact",
            "incrementExact", "decrementExact", "floorDiv", "floorMod", "ceilDiv", "ceilMod", "multiplyFull",
            "multiplyHigh", "absExact");

    private static final Set<String> SEGMENT_METHODS = Set.of("get", "set", "getAtIndex", "setAtIndex", "byteSize",
            "asSlice", "fill", "copyFrom");

    private static final Set<String> VECTOR_METHODS = Set.of("zero", "broadcast", "fromMemorySegment",
            "intoMemorySegment", "add", "sub", "mul", "div", "fma", "min", "max", "neg", "abs", "sqrt", "pow", "not",
            "and", "or", "xor", "andNot", "eq", "lt", "lanewise", "reduceLanes", "reduceLanesToLong", "compare", "test",
            "blend", "convert", "convertShape", "castShape", "reinterpretShape", "reinterpretAsBytes",
            "reinterpretAsShorts", "reinterpretAsInts", "reinterpretAsLongs", "reinterpretAsFloats",
            "reinterpretAsDoubles", "viewAsIntegralLanes", "viewAsFloatingLanes", "rearrange", "slice", "unslice",
            "selectFrom", "lane", "withLane", "indexInRange", "compress", "expand", "addIndex", "length",
            "vectorByteSize", "vectorBitSize", "elementSize", "elementByteSize", "laneCount", "loopBound", "maskAll",
            "anyTrue", "allTrue", "trueCount", "firstTrue", "lastTrue", "laneIsSet", "toVector", "cast", "check",
            "species", "iotaShuffle", "toShuffle", "wrapIndexes", "laneSource");

    private static final String VECTOR_PACKAGE = "jdk/incubator/vector/";
    private static final String SEGMENT = "java/lang/foreign/MemorySegment";
    private static final String LAYOUT = "java/lang/foreign/ValueLayout";
    private static final String BYTE_ORDER = "java/nio/ByteOrder";

    private static final Map<String, Set<String>> METHODS = Map.ofEntries(
            Map.entry("java/lang/Math", MATH_METHODS),
            Map.entry("java/lang/StrictMath", MATH_METHODS),
            Map.entry("java/lang/Float", NUMBER_METHODS),
            Map.entry("java/lang/Double", NUMBER_METHODS),
            Map.entry("java/lang/Integer", NUMBER_METHODS),
            Map.entry("java/lang/Long", NUMBER_METHODS),
            Map.entry(SEGMENT, SEGMENT_METHODS),
            Map.entry(BYTE_ORDER, Set.of("nativeOrder")));

    private static final Set<String> VECTOR_TYPES = Set.of("FloatVector", "DoubleVector", "IntVector", "LongVector",
            "ShortVector", "ByteVector", "Vector", "VectorMask", "VectorShuffle", "VectorSpecies", "VectorOperators");

    private AllowedMembers() {}

    static boolean isMethod(String owner, String name, String descriptor) {
        if (owner.startsWith(VECTOR_PACKAGE)) {
            return isVectorType(owner) && VECTOR_METHODS.contains(name) && hasOnlyValues(descriptor);
        }
        return METHODS.getOrDefault(owner, Set.of()).contains(name) && hasOnlyValues(descriptor);
    }

    /** Numbers, vectors, segments, layouts and byte orders go in and out; no arrays, classes, strings or functions. */
    private static boolean hasOnlyValues(String descriptor) {
        if (descriptor.indexOf('[') >= 0) {
            return false;
        }
        int start = descriptor.indexOf('L');
        while (start >= 0) {
            int end = descriptor.indexOf(';', start);
            String type = end < 0 ? "" : descriptor.substring(start + 1, end);
            if (!isOwner(type) && !type.equals(BYTE_ORDER)) {
                return false;
            }
            start = descriptor.indexOf('L', end);
        }
        return true;
    }

    /** Constants such as {@code Float.MAX_VALUE} need no mention: the compiler puts the number in their place. */
    static boolean isConstant(String owner, String name) {
        if (owner.startsWith(VECTOR_PACKAGE)) {
            return isVectorType(owner);
        }
        return (owner.equals(LAYOUT) && name.startsWith("JAVA_"))
                || (owner.equals(BYTE_ORDER) && (name.equals("LITTLE_ENDIAN") || name.equals("BIG_ENDIAN")));
    }

    /** Whether a value of the type may be cast to. */
    static boolean isOwner(String internalName) {
        return isVectorType(internalName) || internalName.startsWith(LAYOUT) || internalName.equals(SEGMENT);
    }

    /** Whether a static final of the type holds no state: a number, a vector, a species, a mask, a layout. */
    static boolean isConstantType(String descriptor) {
        return descriptor.length() == 1 || descriptor.startsWith("L" + LAYOUT)
                || descriptor.equals("L" + BYTE_ORDER + ";")
                || (descriptor.startsWith("L") && isVectorType(descriptor.substring(1, descriptor.length() - 1)));
    }

    private static boolean isVectorType(String internalName) {
        if (!internalName.startsWith(VECTOR_PACKAGE)) {
            return false;
        }
        String simple = internalName.substring(VECTOR_PACKAGE.length());
        int nested = simple.indexOf('$');
        return VECTOR_TYPES.contains(nested < 0 ? simple : simple.substring(0, nested));
    }
}
