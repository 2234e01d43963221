package dev.kernelwright;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The events as Java Flight Recorder stores them. */
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
final class JfrEvents {
    private JfrEvents() {}

    static void commit(RuntimeEvent event) {
        WorkloadEvent jfr = switch (event) {
            case RuntimeEvent.Hit hit -> new Hit(hit.workload().toString(), hit.device(), "");
            case RuntimeEvent.Miss miss -> new Miss(miss.workload().toString(), miss.device(), miss.policy().name());
            case RuntimeEvent.Candidate c -> c.evaluation().accepted()
                    ? new Accepted(c.workload().toString(), c.device(), c.evaluation().message())
                    : new Rejected(c.workload().toString(), c.device(),
                            c.evaluation().reason() + ": " + c.evaluation().message());
            case RuntimeEvent.Tuned tuned -> new Tuned(tuned.workload().toString(), tuned.device(),
                    tuned.record().evaluation().message());
            case RuntimeEvent.Live live -> new Live(live.workload().toString(), live.device(), "");
            case RuntimeEvent.Fallback fallback -> new Fallback(fallback.subject(), "", fallback.reason());
        };
        jfr.commit();
    }

    @Category("Kernelwright")
    @StackTrace(false)
    private abstract static class WorkloadEvent extends Event {
        @Label("Workload")
        String workload;
        @Label("Device")
        String device;
        @Label("Detail")
        String detail;

        WorkloadEvent(String workload, String device, String detail) {
            this.workload = workload;
            this.device = device;
            this.detail = detail;
        }
    }

    @Name("kernelwright.Hit")
    @Label("Kernel Hit")
    @Description("A workload was bound and the store had a record for it")
    private static final class Hit extends WorkloadEvent {
        Hit(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Miss")
    @Label("Kernel Miss")
    @Description("A workload was bound and the store had no record for it; the detail is the miss policy")
    private static final class Miss extends WorkloadEvent {
        Miss(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Accepted")
    @Label("Kernel Candidate Accepted")
    @Description("A candidate is right and faster than the baseline")
    private static final class Accepted extends WorkloadEvent {
        Accepted(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Rejected")
    @Label("Kernel Candidate Rejected")
    @Description("A candidate was rejected; the detail begins with the reason code")
    private static final class Rejected extends WorkloadEvent {
        Rejected(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Tuned")
    @Label("Kernel Tuned")
    @Description("Tuning ended and its record was stored")
    private static final class Tuned extends WorkloadEvent {
        Tuned(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Live")
    @Label("Kernel Live")
    @Description("A tuned kernel reached its speed and answers calls")
    private static final class Live extends WorkloadEvent {
        Live(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }

    @Name("kernelwright.Fallback")
    @Label("Fallback")
    @Description("Something broke or is not there, and the next best thing took its place")
    private static final class Fallback extends WorkloadEvent {
        Fallback(String workload, String device, String detail) {
            super(workload, device, detail);
        }
    }
}
