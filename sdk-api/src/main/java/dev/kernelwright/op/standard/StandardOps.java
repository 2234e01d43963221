package dev.kernelwright.op.standard;

import dev.kernelwright.op.OpCatalog;
import dev.kernelwright.op.OpDefinition;
import java.util.List;

/** The list of the standard ops. */
public final class StandardOps {
    private StandardOps() {}

    /** Returns every standard op, the simplest first. */
    public static List<OpDefinition> all() {
        return List.of(Add.DEFINITION, Mul.DEFINITION, SiluMul.DEFINITION, Gelu.DEFINITION, Sum.DEFINITION,
                ArgMax.DEFINITION, Softmax.DEFINITION, RmsNorm.DEFINITION, LayerNorm.DEFINITION, Rope.DEFINITION,
                Embedding.DEFINITION, MatMul.DEFINITION, Attention.DEFINITION);
    }

    /** Returns a catalogue of every standard op. */
    public static OpCatalog catalog() {
        return new OpCatalog(all());
    }
}
