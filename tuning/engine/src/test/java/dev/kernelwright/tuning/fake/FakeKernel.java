package dev.kernelwright.tuning.fake;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** A kernel that computes one of {@link TestOps}, and whatever its {@link Behaviour} adds to that. */
public final class FakeKernel implements LoadedKernel {
    /** How long the baseline takes. */
    public static final long BASELINE_NANOS = 400_000;
    /** How long a slow one takes. */
    public static final long SLOW_BASELINE_NANOS = 30_000_000;
    /** How long an honest kernel takes. */
    public static final long CORRECT_NANOS = 50_000;
    static final long WORKSPACE_BYTES = 96;
    private static final int LAUNCHES_BEFORE_CHEATING = 40;
    private static final int LAUNCHES_BEFORE_SETTLING = 2;
    /** As many as there are on new inputs after a timing; a search has fewer before. */
    private static final int LAUNCHES_BEFORE_SPOILING = 5;
    /** Far more than lies between two launches of a batch, far less than between two requests. */
    private static final long HURRY_NANOS = 10_000;

    private final Behaviour behaviour;
    private final long nanos;
    private final KernelSignature signature;
    private final SplittableRandom random = new SplittableRandom();
    private final Map<Long, float[]> remembered = new HashMap<>();
    private int launches;
    private long lastEndNanos;
    private float lastFirst = Float.NaN;
    private long lastAddress;
    private MemorySegment lastOutput;
    private int launchesInPlace;
    private float firstInPlace;
    private boolean wasInPlace;
    private boolean spoils;

    FakeKernel(Behaviour behaviour, long nanos, KernelSignature signature) {
        this.behaviour = behaviour;
        this.nanos = nanos;
        this.signature = signature;
    }

    static long nanos(Behaviour behaviour) {
        return switch (behaviour) {
            case SLOW -> 2 * BASELINE_NANOS;
            // The bytes of TestOps.fixed() at the roofline's bandwidth, less what a busy machine may add to it: from 0.7
            // times the floor a time is believed, up to 1.05 times it is near.
            case AT_THE_FLOOR -> (long) (4 * (512 + 64 + 512) / FakeBackend.BYTES_PER_SECOND * 1e9 * 0.8);
            case INSTANT -> 0;
            default -> CORRECT_NANOS;
        };
    }

    @Override
    public long workspaceBytes(long[] axes) {
        return behaviour == Behaviour.HUGE_WORKSPACE ? 1L << 50 : WORKSPACE_BYTES;
    }

    @Override
    public String report() {
        return behaviour + ": 32 registers a thread";
    }

    @Override
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        long start = System.nanoTime();
        launches++;
        MemorySegment[] segments = new MemorySegment[signature.buffers().size() + 1];
        Arrays.setAll(segments, arguments::segment);
        if (behaviour == Behaviour.SKIPS_WHAT_IS_DONE && isDone(segments)) {
            return;
        }
        if (signature.op().equals("gather")) {
            gather(segments, arguments.axes());
        } else {
            scaleAdd(segments, arguments.axes());
        }
        misbehave(segments, arguments.axes(), start - lastEndNanos < HURRY_NANOS);
        notePlace(segments[0], segments[2]);
        long wanted = behaviour == Behaviour.FAST_ONCE_VERIFIED && !wasInPlace ? 2 * BASELINE_NANOS : nanos;
        while (System.nanoTime() - start < wanted) {
            Thread.onSpinWait();
        }
        lastEndNanos = System.nanoTime();
    }

    private void notePlace(MemorySegment input, MemorySegment output) {
        boolean same = lastOutput != null && lastOutput.address() == output.address();
        float first = input.byteSize() == 0 ? 0 : input.get(ValueLayout.JAVA_FLOAT, 0);
        launchesInPlace = same && first == firstInPlace ? launchesInPlace + 1 : 1;
        firstInPlace = first;
        wasInPlace |= same && launches == 2;
        if (!same && lastOutput != null && behaviour == Behaviour.SPOILS_EARLIER_RESULTS && spoils) {
            add(lastOutput, 0, 1);
        }
        spoils |= launchesInPlace == LAUNCHES_BEFORE_SPOILING;
        lastOutput = output;
    }

    private void scaleAdd(MemorySegment[] segments, long[] axes) {
        if (behaviour == Behaviour.LAZY_WHEN_TIMED && launches > LAUNCHES_BEFORE_CHEATING) {
            return;
        }
        if (behaviour == Behaviour.SKIPS_REPEATED_INPUTS && isRepeated(segments[0])) {
            return;
        }
        float factor = signature.attributes().get("factor").floatValue();
        long cols = axes[1];
        for (long i = 0; i < axes[0] * cols; i++) {
            if (behaviour == Behaviour.UNWRITTEN && i == cols + 6) {
                continue;
            }
            segments[2].setAtIndex(ValueLayout.JAVA_FLOAT, i, factor * segments[0].getAtIndex(ValueLayout.JAVA_FLOAT, i)
                    + segments[1].getAtIndex(ValueLayout.JAVA_FLOAT, i % cols));
        }
    }

    private void gather(MemorySegment[] segments, long[] axes) {
        long cols = axes[2];
        for (long r = 0; r < axes[0]; r++) {
            long entry = segments[1].getAtIndex(ValueLayout.JAVA_INT, r);
            MemorySegment.copy(segments[0], entry * cols * 4, segments[2], r * cols * 4, cols * 4);
            if (behaviour != Behaviour.UNWRITTEN_INTEGER || r != 3) {
                segments[3].setAtIndex(ValueLayout.JAVA_INT, r, (int) entry + 1);
            }
        }
    }

    private void misbehave(MemorySegment[] segments, long[] axes, boolean hurried) {
        MemorySegment out = segments[2];
        long last = out.byteSize() / 4 - 1;
        switch (behaviour) {
            case CORRECT, SLOW, AT_THE_FLOOR, INSTANT, LAZY_WHEN_TIMED, SKIPS_REPEATED_INPUTS, SKIPS_WHAT_IS_DONE,
                    UNWRITTEN, UNWRITTEN_INTEGER, COMPILE_ERROR, FORBIDDEN, INVALID_PLAN, COMPILER_BUG,
                    REFUSED_WHEN_LOADED, THROWS_WHEN_LOADED, CLAIMS_ACCEPTANCE, SPOILS_EARLIER_RESULTS,
                    FAST_ONCE_VERIFIED ->
                {
                }
            case CORRECT_WITH_WORKSPACE -> segments[3].fill((byte) 1);
            case CORRECT_AFTER_SETTLING -> {
                if (launches <= LAUNCHES_BEFORE_SETTLING) {
                    add(out, 0, ulps(out, 0, launches));
                }
            }
            case OFF_BY_AN_ULP -> {
                if (isNormal(out, 0)) {
                    add(out, 0, ulps(out, 0, 1));
                }
            }
            case IMPRECISE -> loseBits(segments);
            case WRONG_LAST -> add(out, last, 1);
            case WRONG_IN_A_HURRY -> add(out, last, hurried ? 1 : 0);
            case ZEROS -> out.fill((byte) 0);
            case NANS -> fill(out, Float.NaN);
            case NEEDS_ALIGNMENT -> {
                if (out.address() % 16 != 0) {
                    throw new IllegalStateException("misaligned address");
                }
            }
            case WRONG_FOR_SMALL_SHAPES -> {
                if (axes[0] < 8) {
                    add(out, 0, 1);
                }
            }
            case STALE -> repeat(out);
            case WRITES_BEHIND -> unchecked(out.address() + out.byteSize()).set(ValueLayout.JAVA_INT, 0, 7);
            case WRITES_BEFORE -> unchecked(segments[0].address() - 4).set(ValueLayout.JAVA_INT, 0, 7);
            case WRITES_BEHIND_WORKSPACE ->
                unchecked(segments[3].address() + WORKSPACE_BYTES).set(ValueLayout.JAVA_INT, 0, 7);
            case READS_BEHIND -> segments[1].get(ValueLayout.JAVA_FLOAT, segments[1].byteSize());
            case MUTATES_INPUT -> add(segments[1], 5, 1);
            case RANDOM -> disturb(out);
            case RANDOM_FRACTIONS -> {
                if (out.byteSize() > 0 && isFraction(out)) {
                    disturb(out);
                }
            }
            case RANDOM_NOW_AND_THEN -> {
                if (launches % 5 == 0 && launches < 20 && out.byteSize() > 0 && isFraction(out)) {
                    disturb(out);
                }
            }
            case RANDOM_LATER -> {
                if (launches > LAUNCHES_BEFORE_CHEATING) {
                    disturb(out);
                }
            }
            case READS_STALE_WORKSPACE -> {
                for (long i = 0; i < WORKSPACE_BYTES && i <= last; i++) {
                    add(out, i, ulps(out, i, (segments[3].get(ValueLayout.JAVA_BYTE, i) & 3) - 1));
                }
            }
            case THROWS -> throw new IllegalStateException("as it was told to");
            case RECURSES -> recurse(1);
            case EXITS -> System.exit(42);
            case HALTS -> Runtime.getRuntime().halt(43);
            case SEGFAULTS -> unchecked(8).set(ValueLayout.JAVA_INT, 0, 7);
            case ENDLESS -> spinForever();
            case ALLOCATES -> allocateForever();
            case PRINTS -> print();
            case FLOODS -> flood();
            case HUGE_WORKSPACE -> throw new IllegalStateException("it was never to be launched");
            case STARTS_THREADS -> {
                for (int i = 0; i < 20; i++) {
                    Thread.ofPlatform().start(FakeKernel::spinForever);
                }
                spinForever();
            }
            case STARTS_PROCESSES -> startProcess();
            case LEAVES_FILES -> leaveFiles();
            case FORGES_SUCCESS -> ParentSocket.forgeSuccess();
            case SENDS_GARBAGE -> ParentSocket.sendGarbage();
            case CLOSES_CONNECTION -> {
                ParentSocket.close();
                spinForever();
            }
            case EXPLORES -> throw new IllegalStateException(Surroundings.describe());
            case TELLS -> throw new IllegalStateException(
                    "environment " + new TreeSet<>(System.getenv().keySet()) + ", directory "
                            + Path.of("").toAbsolutePath() + ", heap " + Runtime.getRuntime().maxMemory());
        }
    }

    private boolean isDone(MemorySegment[] segments) {
        float right = signature.attributes().get("factor").floatValue() * segments[0].get(ValueLayout.JAVA_FLOAT, 0)
                + segments[1].get(ValueLayout.JAVA_FLOAT, 0);
        return segments[2].get(ValueLayout.JAVA_FLOAT, 0) == right;
    }

    private boolean isRepeated(MemorySegment input) {
        float first = input.byteSize() == 0 ? 0 : input.get(ValueLayout.JAVA_FLOAT, 0);
        boolean repeated = first == lastFirst && input.address() == lastAddress;
        lastFirst = first;
        lastAddress = input.address();
        return repeated;
    }

    /** Adds errors of 6 u m, with m the sum of the terms' absolute values; the bound is 8. */
    private void loseBits(MemorySegment[] segments) {
        float factor = signature.attributes().get("factor").floatValue();
        long cols = segments[1].byteSize() / 4;
        for (long i = 0; i < segments[2].byteSize() / 4; i++) {
            float x = factor * segments[0].getAtIndex(ValueLayout.JAVA_FLOAT, i);
            float b = segments[1].getAtIndex(ValueLayout.JAVA_FLOAT, i % cols);
            if (x != Math.rint(x) && Float.isFinite(x + b)) {
                add(segments[2], i, 6 * 0x1p-24f * (Math.abs(x) + Math.abs(b)));
            }
        }
    }

    /** Changes so many elements that no two launches agree by chance; of those that are not normal, none may be off. */
    private void disturb(MemorySegment out) {
        for (long i = 0; i < out.byteSize() / 4; i++) {
            if (isNormal(out, i)) {
                add(out, i, ulps(out, i, random.nextInt(3) - 1));
            }
        }
    }

    private static boolean isNormal(MemorySegment segment, long index) {
        float magnitude = Math.abs(segment.getAtIndex(ValueLayout.JAVA_FLOAT, index));
        return magnitude >= Float.MIN_NORMAL && Float.isFinite(magnitude);
    }

    private static boolean isFraction(MemorySegment out) {
        float first = out.get(ValueLayout.JAVA_FLOAT, 0);
        return first != Math.rint(first);
    }

    /** Some units in the last place of an element, so few that the result stays within its bound. */
    private static float ulps(MemorySegment segment, long index, int count) {
        return count * Math.ulp(segment.getAtIndex(ValueLayout.JAVA_FLOAT, index));
    }

    private static void add(MemorySegment segment, long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, segment.getAtIndex(ValueLayout.JAVA_FLOAT, index) + value);
    }

    private static void fill(MemorySegment segment, float value) {
        for (long i = 0; i < segment.byteSize() / 4; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    private void repeat(MemorySegment out) {
        float[] first = remembered.computeIfAbsent(out.address(), address -> out.toArray(ValueLayout.JAVA_FLOAT));
        MemorySegment.copy(first, 0, out, ValueLayout.JAVA_FLOAT, 0,
                Math.min(first.length, (int) (out.byteSize() / 4)));
    }

    @SuppressWarnings("restricted") // to do what a kernel must not
    private static MemorySegment unchecked(long address) {
        return MemorySegment.ofAddress(address).reinterpret(Integer.BYTES);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    private static void spinForever() {
        while (true) {
            Thread.onSpinWait();
        }
    }

    private static void allocateForever() {
        List<byte[]> kept = new ArrayList<>();
        while (kept.size() < Integer.MAX_VALUE) {
            kept.add(new byte[1 << 20]);
        }
    }

    @SuppressWarnings("SystemOut") // the test is about what a worker prints
    private static void print() {
        for (int i = 0; i < 20_000; i++) {
            System.out.println("line " + i + " of what a kernel prints");
        }
        System.exit(44);
    }

    private static void startProcess() {
        try {
            new ProcessBuilder("sleep", "3600").start();
            Runtime.getRuntime().halt(46);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void leaveFiles() {
        try {
            Path folder = Files.createDirectories(Path.of("left/behind"));
            Files.write(folder.resolve("file"), new byte[1 << 20]);
            Runtime.getRuntime().halt(47);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("SystemOut") // the test is about what a worker prints
    private static void flood() {
        while (true) {
            System.out.println("a line of a flood that never ends");
        }
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
