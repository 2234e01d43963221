package dev.kernelwright.concurrency;

import dev.kernelwright.cache.MemoryFrontStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One puts while another reads what was behind before: the older record does not come over the newer one. */
@JCStressTest
@Outcome(id = {"1, 2", "2, 2"}, expect = Expect.ACCEPTABLE, desc = "the reader sees either, memory keeps the newer")
@Outcome(expect = Expect.FORBIDDEN, desc = "an older record was put over a newer one, or half of one was seen")
@State
public class PutAndFind {
    private final Numbered.OneRecordStore behind = new Numbered.OneRecordStore();
    private final MemoryFrontStore store = new MemoryFrontStore(behind);

    /** Begins with an older record behind. */
    public PutAndFind() {
        behind.put(Numbered.record(1));
    }

    /** Puts the newer record. */
    @Actor
    public void put() {
        Numbered.put(store, 2);
    }

    /** Finds one of them. */
    @Actor
    public void find(II_Result result) {
        result.r1 = Numbered.find(store);
    }

    /** Looks at what memory keeps. */
    @Arbiter
    public void look(II_Result result) {
        result.r2 = Numbered.find(store);
    }
}
