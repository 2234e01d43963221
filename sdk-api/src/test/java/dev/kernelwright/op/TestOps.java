package dev.kernelwright.op;

/** Op definitions for tests that need one of their own. */
final class TestOps {
    private TestOps() {}

    /** Returns an incomplete definition: two axes, a flag, a number, an input and an output, but no reference. */
    static OpDefinition.Builder scale() {
        return OpDefinition.named("scale", 3)
                .formula("out[r, c] = factor * x[r, c]")
                .axes("rows", "cols")
                .attribute("factor", 0.5)
                .attribute("flag", 0)
                .input("x", "rows", "cols")
                .output("out", "rows", "cols")
                .require("flag == 0 || flag == 1")
                .require("cols % 4 == 0")
                .flops("rows * cols")
                .accuracy(1, "0");
    }

    /** Returns a complete definition. */
    static OpDefinition complete() {
        return scale().reference("rows * cols",
                (call, i) -> call.put(0, i, call.attribute("factor") * call.input(0).get(i))).build();
    }
}
