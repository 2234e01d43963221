package dev.kernelwright.concurrency;

import dev.kernelwright.cache.MemoryFrontStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two put at the same time: memory and what is behind it end with the same record. */
@JCStressTest
@Outcome(id = {"1, 1", "2, 2"}, expect = Expect.ACCEPTABLE, desc = "the same record in both")
@Outcome(expect = Expect.FORBIDDEN, desc = "memory serves another record than the next process will find")
@State
public class PutAndPut {
    private final Numbered.OneRecordStore behind = new Numbered.OneRecordStore();
    private final MemoryFrontStore store = new MemoryFrontStore(behind);

    /** Puts one record. */
    @Actor
    public void first() {
        Numbered.put(store, 1);
    }

    /** Puts another. */
    @Actor
    public void second() {
        Numbered.put(store, 2);
    }

    /** Looks at both. */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = Numbered.find(store);
        result.r2 = Numbered.number(behind.find(Numbered.KEY));
    }
}
