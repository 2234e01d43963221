package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bindings of NVRTC against {@code nvrtc.h}, where a toolkit has it. */
class NvrtcHeaderTest {
    @Test
    void everyFunctionHasTheTypesOfTheHeader() throws IOException {
        CHeader header = CHeader.read("nvrtc.h");
        assertThat(Arrays.stream(NvrtcFunction.values())
                .flatMap(f -> HeaderComparison.differences(f.symbol(), f.descriptor(), header).stream())).isEmpty();
    }

    @Test
    void everyConstantHasTheValueOfTheHeader() throws IOException, IllegalAccessException {
        assertThat(HeaderComparison.differences(CudaConstants.class, true, CHeader.read("nvrtc.h"))).isEmpty();
    }

    @Test
    void whereThereIsNoNvrtcItIsMissingWithReasonAndCure() {
        assertThat(Nvrtc.loadFirst(List.of("libnvrtc-that-is-nowhere.so.13"))).isInstanceOfSatisfying(
                Loaded.Missing.class, missing -> {
                    assertThat(missing.reason()).contains("libnvrtc-that-is-nowhere.so.13");
                    assertThat(missing.cure()).contains("CUDA_HOME");
                });
    }
}
