package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClEvent.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClDeviceTest {
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
    void platformsAndDevicesAreListedWithTheirProperties() {
        assertThat(ClPlatform.all()).contains(device.platform);
        assertThat(ClPlatform.info(device.platform, ClPlatform.CL_PLATFORM_NAME).text()).isNotBlank();
        assertThat(ClPlatform.info(device.platform, ClPlatform.CL_PLATFORM_VERSION).text()).startsWith("OpenCL ");
        assertThat(ClDevice.all(device.platform, ClDevice.CL_DEVICE_TYPE_ALL)).contains(device.device);
        assertThat(text(ClDevice.CL_DEVICE_NAME)).isNotBlank();
        assertThat(text(ClDevice.CL_DEVICE_OPENCL_C_VERSION)).startsWith("OpenCL C ");
        assertThat(number(ClDevice.CL_DEVICE_MAX_COMPUTE_UNITS)).isPositive();
        assertThat(number(ClDevice.CL_DEVICE_GLOBAL_MEM_SIZE)).isGreaterThan(1L << 20);
        assertThat(number(ClDevice.CL_DEVICE_MAX_WORK_GROUP_SIZE)).isPositive();
        assertThat(ClDevice.info(device.device, ClDevice.CL_DEVICE_MAX_WORK_ITEM_SIZES).numbers())
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(ClDevice.info(device.device, ClDevice.CL_DEVICE_AVAILABLE).flag()).isTrue();
    }

    @Test
    void aTypeThatNoDeviceHasGivesNone() {
        long type = ClDevice.info(device.device, ClDevice.CL_DEVICE_TYPE).number();
        long other = (type & ClDevice.CL_DEVICE_TYPE_GPU) == 0
                ? ClDevice.CL_DEVICE_TYPE_GPU
                : ClDevice.CL_DEVICE_TYPE_CPU;
        assertThat(ClDevice.all(device.platform, other)).doesNotContain(device.device);
    }

    @Test
    void bothWaysOfCreatingAQueueWork() {
        assertThat(device.queue).isNotZero();
        if (ClQueue.hasCreateWithProperties()) {
            long queue = ClQueue.createWithProperties(device.context, device.device, ClQueue.CL_QUEUE_PROFILING_ENABLE);
            ClQueue.enqueueBarrier(queue, NONE, NONE);
            ClQueue.flush(queue);
            ClQueue.finish(queue);
            ClQueue.release(queue);
        }
    }

    @Test
    void aMarkerIsCompleteWhenItsWaitListIs() {
        MemorySegment first = ClEvent.allocateSlot(device.arena);
        MemorySegment second = ClEvent.allocateSlot(device.arena);
        ClQueue.enqueueMarker(device.queue, NONE, first);
        ClQueue.enqueueMarker(device.queue, first, second);
        ClEvent.await(second);
        assertThat(ClEvent.info(ClEvent.in(first), ClEvent.CL_EVENT_COMMAND_EXECUTION_STATUS).signed())
                .isEqualTo(ClEvent.CL_COMPLETE);
        ClEvent.release(ClEvent.in(first));
        ClEvent.release(ClEvent.in(second));
    }

    @Test
    void aSlotThatIsTooSmallIsRefused() {
        MemorySegment small = device.arena.allocate(Integer.BYTES);
        assertThatThrownBy(() -> ClQueue.enqueueMarker(device.queue, NONE, small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ClEvent.NONE");
    }

    /** 0 alone, since the loader follows any other handle. */
    @Test
    void aWrongHandleIsAnExceptionThatNamesItsStatusAndTheFunction() {
        assertFails("clFinish", "CL_INVALID_COMMAND_QUEUE", -36, () -> ClQueue.finish(0));
        assertFails("clReleaseMemObject", "CL_INVALID_MEM_OBJECT", -38, () -> ClMemory.release(0));
        assertFails("clCreateKernel", "CL_INVALID_PROGRAM", -44, () -> ClKernel.create(0, "k"));
        assertFails("clCreateBuffer", "CL_INVALID_CONTEXT", -34, () -> ClMemory.create(0, 0, 4));
        assertFails("clSetKernelArg", "CL_INVALID_KERNEL", -48, () -> ClKernel.setLocal(0, 0, 4));
        assertFails("clWaitForEvents", "CL_INVALID_VALUE", -30, () -> ClEvent.await(NONE));
        assertFails("clGetProgramInfo", "CL_INVALID_PROGRAM", -44,
                () -> ClProgram.info(0, ClProgram.CL_PROGRAM_NUM_DEVICES));
    }

    @Test
    void aStatusWithoutANameIsShownAsItsNumber() {
        assertThat(new OpenClException("clFinish", -9999)).hasMessageContainingAll("clFinish", "(-9999)");
    }

    private static void assertFails(String function, String status, int code, ThrowingCallable call) {
        OpenClException e = catchThrowableOfType(OpenClException.class, call);
        assertThat(e).isNotNull().hasMessage(function + " failed with " + status + " (" + code + ")");
        assertThat(e.function()).isEqualTo(function);
        assertThat(e.status()).isEqualTo(status);
        assertThat(e.code()).isEqualTo(code);
    }

    private String text(int parameter) {
        return ClDevice.info(device.device, parameter).text();
    }

    private long number(int parameter) {
        return ClDevice.info(device.device, parameter).number();
    }
}
