package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.Instrument.Fault;
import dev.kernelwright.spi.ReasonCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding Oclgrind, and reading what it says. */
class OclgrindTest {
    @TempDir
    Path folder;

    private Instrument instrument() throws Exception {
        Path program = Files.createDirectories(folder.resolve("bin")).resolve("oclgrind");
        Files.createFile(program);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Files.createFile(Files.createDirectories(folder.resolve("lib/oclgrind")).resolve("liboclgrind-rt-icd.so"));
        return Oclgrind.find("/nowhere:" + folder.resolve("bin")).orElseThrow();
    }

    @Test
    void itIsADriverBesideTheProgramOnThePath() throws Exception {
        Instrument instrument = instrument();
        assertThat(instrument.environment()).containsEntry("OCL_ICD_VENDORS",
                folder.resolve("lib/oclgrind/liboclgrind-rt-icd.so").toString());
        assertThat(instrument.command()).isEmpty();
        assertThat(instrument.device()).isEqualTo("opencl");
    }

    @Test
    void whereItIsNotInstalledThereIsNone() {
        assertThat(Oclgrind.find("/nowhere")).isEmpty();
    }

    @Test
    void aFaultIsToldWithItsSourceLine() throws Exception {
        assertThat(instrument().faultIn("""
                WARNING: Using incubator modules

                Invalid write of size 4 at global memory address 0x20000000000fa0
                	Kernel: run
                	Entity: Global(1000,0,0) Local(8,0,0) Group(62,0,0)
                	  store float %6, float addrspace(1)* %7, align 4, !dbg !27
                	At line 4 (column 12) of input.cl:
                	  out[i] = 2 * x[i];

                Uninitialized value read from private memory address 0x1
                """)).contains(new Fault(ReasonCode.OUT_OF_BOUNDS, "Oclgrind found: Invalid write of size 4 at global"
                + " memory address 0x20000000000fa0; Kernel: run; Entity: Global(1000,0,0) Local(8,0,0)"
                + " Group(62,0,0); store float %6, float addrspace(1)* %7, align 4, !dbg !27; At line 4 (column"
                + " 12) of input.cl:; out[i] = 2 * x[i];"));
    }

    @Test
    void whatIsNoFaultIsNone() throws Exception {
        assertThat(instrument().faultIn("the kernel says: an Invalid write of size 4 is not here\n"))
                .isEqualTo(Optional.empty());
    }
}
