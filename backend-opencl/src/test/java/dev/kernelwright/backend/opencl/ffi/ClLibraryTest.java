package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClFunction.HANDLE;
import static dev.kernelwright.backend.opencl.ffi.ClFunction.INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClLibraryTest {
    private static final ClLoader NOWHERE = ClLoader.open(List.of("libNowhere.so.1", "libNowhere.so"), "install it");

    @Test
    void aMissingLibraryIsAResultWithItsReasonAndCure() {
        assertThat(NOWHERE.library()).isEqualTo(new ClLibrary.Missing(
                "no OpenCL library was found under the name libNowhere.so.1 or libNowhere.so", "install it"));
    }

    @Test
    void aLibraryIsAlwaysAResult() {
        assertThat(ClLibrary.load()).isNotNull().isSameAs(ClLibrary.load());
    }

    /** This machine is of one system at most, so the others' libraries are missing. */
    @ParameterizedTest
    @CsvSource({"Windows 11, OpenCL.dll, driver", "Mac OS X, OpenCL.framework/OpenCL, macOS",
            "Linux, libOpenCL.so.1, ocl-icd-libopencl1"})
    void eachSystemHasItsNameOfTheLibraryAndItsCure(String system, String name, String cure) {
        switch (ClLoader.forSystem(system).library()) {
            case ClLibrary.Loaded(String found) -> assertThat(found).contains("OpenCL");
            case ClLibrary.Missing(String reason, String advice) -> {
                assertThat(reason).contains(name);
                assertThat(advice).contains(cure);
            }
        }
    }

    @Test
    void aFunctionOfAMissingLibrarySaysWhatToInstall() {
        ClFunction function = ClFunction.bind(NOWHERE, "clFinish", FunctionDescriptor.of(INT, HANDLE));
        assertThat(function.isPresent()).isFalse();
        assertThatThrownBy(() -> function.run(() -> (int) function.handle().invokeExact(0L)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the function clFinish was called, but no OpenCL library was found under the name "
                        + "libNowhere.so.1 or libNowhere.so: install it");
    }

    @Test
    void aFunctionThatTheLibraryIsTooOldForSaysSo() {
        ClLoader old = new ClLoader(new ClLibrary.Loaded("libOld.so"), NOWHERE.symbols(), NOWHERE.handlers());
        ClFunction function = ClFunction.bind(old, "clSVMFree", FunctionDescriptor.ofVoid(HANDLE));
        assertThat(function.isPresent()).isFalse();
        assertThatThrownBy(() -> {
            function.handle().invokeExact(0L);
        })
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("clSVMFree", "libOld.so is too old");
    }
}
