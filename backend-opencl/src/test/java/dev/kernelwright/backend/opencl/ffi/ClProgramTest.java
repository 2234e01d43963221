package dev.kernelwright.backend.opencl.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClProgramTest {
    private TestDevice device;

    @BeforeEach
    void open() {
        device = TestDevice.open();
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void aCompileErrorHasItsLineAndColumn() {
        OpenClBuildException e = buildFailure("kernel void k(global int* out) {\n  out[0] =\n      undeclared;\n}\n");
        assertThat(e.status()).isEqualTo("CL_BUILD_PROGRAM_FAILURE");
        assertThat(e.log()).contains("undeclared").containsPattern(":3:7\\b");
        assertThat(e).hasMessageStartingWith("clBuildProgram failed with CL_BUILD_PROGRAM_FAILURE (-11)")
                .hasMessageContaining(e.log());
    }

    @Test
    void aLogIsWholeHoweverLong() {
        StringBuilder source = new StringBuilder("kernel void k(global int* out) {\n");
        // Clang stops after 20.
        for (int i = 0; i < 15; i++) {
            source.append("out[0] = ").append("long_name_".repeat(50)).append(i).append(";\n");
        }
        String log = buildFailure(source.append("}\n").toString()).log();
        assertThat(log).hasSizeGreaterThan(15 * 500);
        for (int i = 0; i < 15; i++) {
            assertThat(log).containsPattern("long_name_" + i + "\\b");
        }
    }

    @Test
    void theLogOfAGoodBuildCanBeRead() {
        long program = device.build(TestDevice.ADD);
        assertThat(ClProgram.buildLog(program, device.device)).doesNotContain("error");
        assertThat(ClProgram.info(program, ClProgram.CL_PROGRAM_KERNEL_NAMES).text()).isEqualTo("add");
        ClProgram.release(program);
    }

    @Test
    void aSourceMayHoldCharactersBeyondAscii() {
        long program = device.build("// Größe: ½ ∑\n" + TestDevice.ADD);
        ClKernel.release(ClKernel.create(program, "add"));
        ClProgram.release(program);
    }

    @Test
    void aBinaryMakesTheSameProgramAgain() {
        long program = device.build(TestDevice.ADD);
        byte[] binary = ClProgram.binary(program);
        ClProgram.release(program);
        assertThat(binary).isNotEmpty();

        long again = ClProgram.createWithBinary(device.context, device.device, binary);
        ClProgram.build(again, device.device, "");
        long kernel = ClKernel.create(again, "add");
        assertThat(ClKernel.info(kernel, ClKernel.CL_KERNEL_NUM_ARGS).number()).isEqualTo(5);
        assertThat(ClProgram.binary(again)).isNotEmpty();
        ClKernel.release(kernel);
        ClProgram.release(again);
    }

    @Test
    void bytesThatAreNoBinaryAreRefused() {
        assertThatThrownBy(() -> ClProgram.createWithBinary(device.context, device.device, new byte[64]))
                .isInstanceOf(OpenClException.class)
                .hasMessageStartingWith("clCreateProgramWithBinary failed with CL_INVALID_");
    }

    @Test
    void anUnbuiltProgramHasNoBinary() {
        long program = ClProgram.createWithSource(device.context, TestDevice.ADD);
        // Some drivers say so themselves, some give a size of 0.
        assertThatThrownBy(() -> ClProgram.binary(program))
                .isInstanceOfAny(IllegalStateException.class, OpenClException.class);
        ClProgram.release(program);
    }

    @Test
    void aKernelTellsItsNameArgumentsAndLimits() {
        long program = device.build(TestDevice.ADD);
        long kernel = ClKernel.create(program, "add");
        assertThat(ClKernel.info(kernel, ClKernel.CL_KERNEL_FUNCTION_NAME).text()).isEqualTo("add");
        assertThat(ClKernel.argumentInfo(kernel, 3, ClKernel.CL_KERNEL_ARG_NAME).text()).isEqualTo("scale");
        assertThat(ClKernel.argumentInfo(kernel, 3, ClKernel.CL_KERNEL_ARG_TYPE_NAME).text()).isEqualTo("float");
        assertThat(ClKernel.argumentInfo(kernel, 0, ClKernel.CL_KERNEL_ARG_ADDRESS_QUALIFIER).number())
                .isEqualTo(ClKernel.CL_KERNEL_ARG_ADDRESS_GLOBAL);
        assertThat(ClKernel.workGroupInfo(kernel, device.device, ClKernel.CL_KERNEL_WORK_GROUP_SIZE).number())
                .isPositive();
        ClKernel.release(kernel);
        ClProgram.release(program);
    }

    @Test
    void aKernelTellsItsSubGroupsWhereTheDeviceHasThem() {
        assumeTrue(ClKernel.hasSubGroupInfo(), "this OpenCL library is older than sub-groups");
        assumeTrue(ClDevice.info(device.device, ClDevice.CL_DEVICE_EXTENSIONS).text().contains("cl_khr_subgroups"),
                "the device has no sub-groups");
        long program = device.build(TestDevice.ADD);
        long kernel = ClKernel.create(program, "add");
        MemorySegment localSizes = device.arena.allocateFrom(ClFunction.SIZE, 32);
        assertThat(ClKernel.subGroupInfo(kernel, device.device, ClKernel.CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE,
                localSizes).number()).isBetween(1L, 32L);
        ClKernel.release(kernel);
        ClProgram.release(program);
    }

    private OpenClBuildException buildFailure(String source) {
        long program = ClProgram.createWithSource(device.context, source);
        OpenClBuildException e = catchThrowableOfType(OpenClBuildException.class,
                () -> ClProgram.build(program, device.device, ""));
        ClProgram.release(program);
        assertThat(e).isNotNull();
        return e;
    }
}
