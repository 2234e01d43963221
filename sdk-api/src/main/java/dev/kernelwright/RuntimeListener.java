package dev.kernelwright;

/**
 * Is told what happens in a {@link ComputeRuntime}.
 *
 * <p>Called from the thread on which it happens, often a background thread, never during {@link BoundOp#invoke} but for
 * a {@link RuntimeEvent.Fallback}; MUST return soon. What it throws is logged and ignored.
 */
@FunctionalInterface
public interface RuntimeListener {
    /** Takes an event. */
    void onEvent(RuntimeEvent event);
}
