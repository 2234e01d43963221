package dev.kernelwright.tuning.fake;

/** What a kernel of the fake backend does; its source is the name. */
public enum Behaviour {
    /** Computes the op in the time that an honest kernel needs. */
    CORRECT,
    /** The same, and uses its workspace as it may. */
    CORRECT_WITH_WORKSPACE,
    /** The same, with the last bits of the first results differing, as a kernel's do that is compiled meanwhile. */
    CORRECT_AFTER_SETTLING,
    /** Takes longer than the baseline. */
    SLOW,
    /** Takes as long as the roofline says. */
    AT_THE_FLOOR,
    /** Takes less than the roofline says. */
    INSTANT,
    /** The last element is off by one. */
    WRONG_LAST,
    /** All elements are zero. */
    ZEROS,
    /** All elements are NaN. */
    NANS,
    /** Throws where its output begins at no multiple of 16 bytes. */
    NEEDS_ALIGNMENT,
    /** Right for the largest extents only. */
    WRONG_FOR_SMALL_SHAPES,
    /** Writes nothing any more once it was launched often. */
    LAZY_WHEN_TIMED,
    /** The last element is off by one when one launch follows the other at once, as when it is timed. */
    WRONG_IN_A_HURRY,
    /** Gives the results of its first launch for an address ever after. */
    STALE,
    /** Writes behind the end of its output. */
    WRITES_BEHIND,
    /** Writes before the beginning of its first input. */
    WRITES_BEFORE,
    /** Writes behind the end of its workspace. */
    WRITES_BEHIND_WORKSPACE,
    /** Reads behind the end of an input, with bounds checks. */
    READS_BEHIND,
    /** Overwrites what the launch before has left elsewhere, once it was launched five times in a row on the same inputs. */
    SPOILS_EARLIER_RESULTS,
    /** Takes far longer where it was not launched twice in a row at one place, which is how a kernel is verified. */
    FAST_ONCE_VERIFIED,
    /** Writes to its input. */
    MUTATES_INPUT,
    /** Leaves an element unwritten. */
    UNWRITTEN,
    /** Leaves an integer element unwritten. */
    UNWRITTEN_INTEGER,
    /** Adds errors that are random and within the bound. */
    RANDOM,
    /** The same, but for whole numbers. */
    RANDOM_FRACTIONS,
    /** The same, in every fifth launch of the first twenty only. */
    RANDOM_NOW_AND_THEN,
    /** Does so once it was launched often. */
    RANDOM_LATER,
    /** The first element is off by one unit in the last place. */
    OFF_BY_AN_ULP,
    /** Has errors of three quarters of what is allowed, but none on whole numbers. */
    IMPRECISE,
    /** Writes nothing if its inputs are those of the launch before. */
    SKIPS_REPEATED_INPUTS,
    /** Does no work if the first element of its output is right already. */
    SKIPS_WHAT_IS_DONE,
    /** Gives what its workspace held before, scaled down to within the bound. */
    READS_STALE_WORKSPACE,
    /** Throws. */
    THROWS,
    /** Throws when it is loaded. */
    THROWS_WHEN_LOADED,
    /** Recurses without end. */
    RECURSES,
    /** Calls System.exit. */
    EXITS,
    /** Calls Runtime.halt. */
    HALTS,
    /** Writes to address 0, without bounds checks. */
    SEGFAULTS,
    /** Never returns. */
    ENDLESS,
    /** Fills the heap. */
    ALLOCATES,
    /** Prints without end and then exits. */
    PRINTS,
    /** Prints and never stops. */
    FLOODS,
    /** Writes a success to the connection to the parent, ahead of the true reply. */
    FORGES_SUCCESS,
    /** Writes random bytes to the connection to the parent. */
    SENDS_GARBAGE,
    /** Closes the connection to the parent and stays alive. */
    CLOSES_CONNECTION,
    /** Asks for more workspace than there is memory. */
    HUGE_WORKSPACE,
    /** Starts threads that never end, and is one of them. */
    STARTS_THREADS,
    /** Starts a process that would live for an hour, and exits. */
    STARTS_PROCESSES,
    /** Leaves files and folders in its directory, and exits. */
    LEAVES_FILES,
    /** Throws an exception that describes what of the machine it can reach. */
    EXPLORES,
    /** Throws an exception that describes its process. */
    TELLS,
    /** Does not compile. */
    COMPILE_ERROR,
    /** Uses what it must not. */
    FORBIDDEN,
    /** Has a launch plan that the device cannot do. */
    INVALID_PLAN,
    /** Makes the compiler itself fail. */
    COMPILER_BUG,
    /** Is accepted when it is compiled and refused when it is loaded. */
    REFUSED_WHEN_LOADED,
    /** Makes its worker claim that it is accepted. */
    CLAIMS_ACCEPTANCE
}
