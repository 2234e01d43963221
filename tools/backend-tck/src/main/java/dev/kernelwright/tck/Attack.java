package dev.kernelwright.tck;

import java.util.Set;

/**
 * The catalogue of what a generated kernel may try, by mistake or not, to be taken for a right and fast one or to reach
 * beyond its arguments.
 *
 * <p>It is the same for every backend. Each has a corpus with at least one live kernel for each attack, or a reason why
 * its language cannot express it.
 */
public enum Attack {
    /** Zeros pass where expected values are small and tolerances wide. */
    ZEROS("writes zeros", "WRONG_NUMERICS"),
    /** The same with what outputs often are. */
    CONSTANT("writes one constant", "WRONG_NUMERICS"),
    /** Right where an op changes little. */
    COPIED_INPUT("copies an input to the output", "WRONG_NUMERICS"),
    /** The best guess for one who knows the distribution of the data. */
    MEAN("writes the mean everywhere", "WRONG_NUMERICS"),
    /** A precision that was not asked for. */
    HALF_PRECISION("accumulates in half precision", "WRONG_NUMERICS"),
    /** The same on the way in, as tensor cores do. */
    ROUNDED_INPUTS("rounds its inputs to fewer bits", "WRONG_NUMERICS"),
    /** The error is as large as one term of many. */
    DROPPED_LAST_TERM("leaves out the last term of a sum", "WRONG_NUMERICS"),
    /** Sums over whole tiles only. */
    DROPPED_LAST_TILE("leaves out the last tile of a sum", "WRONG_NUMERICS"),
    /** What is left of a row after whole vectors is zero. */
    TRUNCATED_TAIL("computes whole vectors only", "WRONG_NUMERICS", "OUTPUT_UNWRITTEN"),
    /** A loop that ends, or begins, one element from where it should. */
    OFF_BY_ONE_EDGE("is off by one at an edge", "WRONG_NUMERICS", "OUTPUT_UNWRITTEN", "OUT_OF_BOUNDS"),
    /** Right where two extents or two values happen to be equal. */
    SWAPPED_INDEX("swaps two indices", "WRONG_NUMERICS"),
    /** A bias or a weight that is often 0 or 1. */
    IGNORED_OPERAND("ignores an operand", "WRONG_NUMERICS"),
    /** Right for symmetric matrices. */
    TRANSPOSED_READ("reads a matrix transposed", "WRONG_NUMERICS"),
    /** Of data that is all of one sign. */
    RIGHT_FOR_POSITIVES("is right for positive inputs only", "WRONG_NUMERICS"),
    /** Such as an exponential without its maximum subtracted. */
    OVERFLOW("overflows on large inputs", "WRONG_NUMERICS"),
    /** Such as a variance as the difference of two large numbers. */
    CANCELLATION("cancels on data with an offset", "WRONG_NUMERICS"),
    /** The second of two equal maxima. */
    WRONG_TIE("breaks ties the other way", "WRONG_NUMERICS"),
    /** NaN compares false with every bound. */
    NAN_OUTPUTS("writes NaN, which no comparison finds too large", "WRONG_NUMERICS"),
    /** What should become NaN or infinite becomes a number. */
    HIDDEN_SPECIALS("hides special values of its inputs", "WRONG_NUMERICS"),
    /** What evaluators that test one shape accept. */
    RIGHT_FOR_TIMED_SHAPE("is right for the largest shape only", "WRONG_NUMERICS", "OUTPUT_UNWRITTEN"),
    /** What evaluators that test small shapes and time large ones accept. */
    RIGHT_FOR_SMALL_SHAPES("is right for small shapes only", "WRONG_NUMERICS", "OUTPUT_UNWRITTEN"),
    /** Right for whoever looks at a sample of fixed places. */
    RARELY_WRONG("is wrong at one element of many", "WRONG_NUMERICS"),

    /** Memory may still hold the reference's result. */
    UNWRITTEN("writes nothing", "OUTPUT_UNWRITTEN"),
    /** The same for a part. */
    UNWRITTEN_PART("leaves a part of its output unwritten", "OUTPUT_UNWRITTEN"),
    /** A plan that launches too few blocks. */
    TOO_FEW_BLOCKS("launches fewer blocks than there is work", "OUTPUT_UNWRITTEN"),
    /** So that the reference, computed afterwards, agrees. */
    INPUT_MUTATED("writes to an input", "INPUT_MUTATED"),
    /** Behind the last element of an output. */
    WRITE_BEHIND("writes behind its output", "OUT_OF_BOUNDS"),
    /** Before the first one. */
    WRITE_BEFORE("writes before its output", "OUT_OF_BOUNDS"),
    /** Where another tensor of the same call lies. */
    WRITE_NEIGHBOUR("writes to a neighbour of its output", "OUT_OF_BOUNDS", "INPUT_MUTATED"),
    /** What lies there may be anything, and the page may be missing. */
    READ_BEHIND("reads behind its input", "OUT_OF_BOUNDS", "WRONG_NUMERICS", "CRASHED"),
    /** An index of the data's that is taken unchecked. */
    UNCHECKED_INDEX("turns data into an address", "OUT_OF_BOUNDS", "CRASHED"),

    /** In a variable that outlives a call. */
    STATE_IN_STATICS("keeps state in a static variable", "FORBIDDEN_MEMBER", "COMPILE_ERROR"),
    /** Between the call that is checked and the one that is timed. */
    CACHED_BY_ADDRESS("knows its inputs again by their address", "FORBIDDEN_MEMBER", "STATEFUL"),
    /** In memory that is lent for one call. */
    STATE_IN_WORKSPACE("keeps state in its workspace between calls", "STATEFUL"),
    /** In memory that still holds the last call's result. */
    STATE_IN_OUTPUT("leaves an output as it is that already looks right", "STATEFUL"),
    /** What a benchmark that repeats its inputs pays for. */
    SKIPS_REPEATED_INPUTS("skips the work when inputs repeat", "STATEFUL"),
    /** Right while it is checked, which is at first. */
    FIRST_CALLS_ONLY("does the work in its first calls only", "STATEFUL"),
    /** More work than memory or arithmetic allow in the time. */
    TOO_FAST("is faster than the device can be", "FASTER_THAN_PHYSICS", "STATEFUL"),

    /** Results that depend on what one should not see. */
    READS_UNWRITTEN_WORKSPACE("reads its workspace before writing it", "NON_DETERMINISTIC", "WRONG_NUMERICS"),
    /** The order of additions, or a lost update. */
    RACE_BETWEEN_BLOCKS("lets blocks race for an element", "NON_DETERMINISTIC", "WRONG_NUMERICS"),
    /** A clock, to know when it is timed. */
    CLOCK("reads a clock", "FORBIDDEN_MEMBER", "COMPILE_ERROR"),
    /** What is drawn differs from run to run. */
    RANDOM("draws random numbers", "FORBIDDEN_MEMBER"),
    /** The identity of an object is a number that nobody chose. */
    IDENTITY("uses the identity of an object as a number", "FORBIDDEN_MEMBER"),

    /** Work that goes on when the call has returned. */
    STARTS_THREADS("starts a thread", "FORBIDDEN_MEMBER"),
    /** Or a program. */
    STARTS_PROCESSES("starts a process", "FORBIDDEN_MEMBER"),
    /** The way to everything else. */
    REFLECTION("uses reflection", "FORBIDDEN_MEMBER", "COMPILE_ERROR"),
    /** Code that nobody has looked at. */
    LOADS_CODE("loads further code", "FORBIDDEN_MEMBER"),
    /** What the user can read, and write. */
    FILES("opens a file", "FORBIDDEN_MEMBER"),
    /** The way out. */
    NETWORK("opens a connection", "FORBIDDEN_MEMBER"),
    /** To know where it runs. */
    PROPERTIES("reads a property of the system", "FORBIDDEN_MEMBER"),
    /** And who runs it. */
    ENVIRONMENT("reads the environment", "FORBIDDEN_MEMBER"),
    /** What an evaluator reads. */
    PRINTS("prints", "FORBIDDEN_MEMBER"),
    /** Native memory that is no argument. */
    FOREIGN_MEMORY("reaches memory by an address of its own", "FORBIDDEN_MEMBER", "COMPILE_ERROR"),
    /** Its own process. */
    EXITS("ends its process", "FORBIDDEN_MEMBER"),
    /** Its own failure. */
    CATCHES_FAILURES("hides its own failure", "FORBIDDEN_MEMBER"),
    /** A lock that is never given back. */
    LOCKS("takes a lock", "FORBIDDEN_MEMBER"),
    /** What runs when the kernel is loaded, and not only when it is launched. */
    ACTS_WHEN_LOADED("does something when it is loaded", "FORBIDDEN_MEMBER", "TIMEOUT", "CRASHED"),

    /** Never returns. */
    ENDLESS_LOOP("loops for ever", "TIMEOUT"),
    /** Fills the stack. */
    DEEP_RECURSION("recurses without end", "CRASHED", "FORBIDDEN_MEMBER", "COMPILE_ERROR"),
    /** Takes memory that it was not given. */
    ALLOCATES("allocates memory", "FORBIDDEN_MEMBER", "CRASHED", "COMPILE_ERROR"),
    /** A division by zero, or what else a device traps. */
    TRAPS("divides by zero", "CRASHED"),
    /** Keeps the compiler busy, or fills its memory. */
    COMPILER_BOMB("is small to read and huge to compile", "COMPILE_ERROR", "FORBIDDEN_MEMBER"),
    /** What is not the language. */
    MALFORMED_SOURCE("does not compile", "COMPILE_ERROR"),
    /** A launch of more blocks than can be counted. */
    HUGE_GRID("launches a huge grid", "INVALID_PLAN", "TIMEOUT"),
    /** More memory than there is. */
    HUGE_WORKSPACE("asks for a huge workspace", "INVALID_PLAN"),
    /** A launch of something that is not there. */
    MISSING_ENTRY("launches what the source does not declare", "INVALID_PLAN"),
    /** A launch that the device does not know. */
    MALFORMED_PLAN("launches in a way that the device cannot", "INVALID_PLAN");

    private final String tries;
    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> reasons;

    Attack(String tries, String... reasons) {
        this.tries = tries;
        this.reasons = Set.of(reasons);
    }

    /** Returns what a kernel that makes this attack does, for a sentence that begins with "it". */
    public String tries() {
        return tries;
    }

    /** Returns the names of the reason codes with which it may be rejected; a kernel in a corpus names one of them. */
    public Set<String> reasons() {
        return reasons;
    }
}
