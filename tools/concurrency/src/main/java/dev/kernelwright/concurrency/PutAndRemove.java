package dev.kernelwright.concurrency;

import dev.kernelwright.cache.MemoryFrontStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One puts while another removes: what is gone behind is gone from memory too. */
@JCStressTest
@Outcome(id = {"0, 0", "1, 1"}, expect = Expect.ACCEPTABLE, desc = "there in both, or in neither")
@Outcome(expect = Expect.FORBIDDEN, desc = "memory and what is behind it differ")
@State
public class PutAndRemove {
    private final Numbered.OneRecordStore behind = new Numbered.OneRecordStore();
    private final MemoryFrontStore store = new MemoryFrontStore(behind);

    /** Puts the record. */
    @Actor
    public void put() {
        Numbered.put(store, 1);
    }

    /** Removes it. */
    @Actor
    public void remove() {
        Numbered.remove(store);
    }

    /** Looks at both. */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = Numbered.find(store);
        result.r2 = Numbered.number(behind.find(Numbered.KEY));
    }
}
