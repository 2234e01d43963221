package dev.kernelwright.tck.mock;

/** What is wrong with a {@link MockBackend}: each breaks one rule of {@code docs/backend-authors.md}. */
public enum Fault {
    NONE(""),
    IS_NO_SERVICE("M1"),
    NAMES_ITS_DEVICE_OTHERWISE("M2"),
    THROWS_WITHOUT_DEVICES("M3"),
    LEAVES_A_THREAD("M3"),
    OPENS_WHAT_IS_NOT_THERE("M4"),
    HAS_ANOTHER_TARGET_EACH_TIME("M5"),
    DOES_NOT_COMPARE_ITS_DRIVER("M6"),
    TELLS_THE_FIRST_ERROR_ONLY("M7"),
    COMPILES_ANY_LANGUAGE("M8"),
    BREAKS_ON_A_DAMAGED_BINARY("M9"),
    CHECKS_NO_PLAN("M10"),
    LACKS_A_BASELINE("M11"),
    GETS_THE_TAIL_WRONG("M12"),
    WRITES_BEHIND_ITS_OUTPUT("M12"),
    HAS_A_WRONG_POINT_IN_ITS_TEMPLATE("M13"),
    HIDES_NAN("M14"),
    CLAMPS_INDICES("M15"),
    LENDS_MEMORY_AS_IT_WAS("M16"),
    LETS_MEMORY_OUTLIVE_ITS_DEVICE("M17"),
    FAILS_WHEN_CLOSED_TWICE("M17"),
    COPIES_FROM_THE_BEGINNING("M18"),
    CUTS_SIZES_SHORT("M19"),
    LETS_LAUNCHES_OVERTAKE("M20"),
    CLOSES_STREAMS_AT_ONCE("M21"),
    SHARES_A_WORKSPACE("M22"),
    KEEPS_ARGUMENTS_IN_THE_KERNEL("M23"),
    ALLOCATES_IN_A_LAUNCH("M24"),
    DECLARES_LESS_THAN_IT_DOES("M25"),
    ANSWERS_WHAT_IT_DOES_NOT_DECLARE("M25"),
    HAS_A_STOPPED_CLOCK("M26"),
    RUNS_WHAT_IT_RECORDS("M27"),
    PINS_MEMORY_AS_IT_WAS("M28"),
    WRAPS_A_COPY("M29"),
    CLOSES_THE_APPLICATIONS_STREAM("M30"),
    IGNORES_ITS_LEASE("M31"),
    MAKES_BINARIES_FOR_ITSELF_ALONE("M32"),
    IS_ANOTHER_DEVICE_IN_A_WORKER("M33"),
    HIDES_FAILURES("M34"),
    HAS_A_LOW_ROOF("M35"),
    SCREENS_NOTHING("M36"),
    CANNOT_WARM_UP("M37");

    /** The property of a JVM that says what is wrong in it. */
    public static final String PROPERTY = "mock.fault";

    private final String rule;

    Fault(String rule) {
        this.rule = rule;
    }

    /** Returns the rule that is broken. */
    public String rule() {
        return rule;
    }

    /** Returns what is wrong in this JVM. */
    static Fault current() {
        return valueOf(System.getProperty(PROPERTY, NONE.name()));
    }

    boolean isHere() {
        return this == current();
    }
}
