package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RooflinesTest {
    private final SeparateMemoryBackend backend = new SeparateMemoryBackend();

    @TempDir
    private Path folder;

    private static Roofline roofline(double flops, double cacheBandwidth, double memoryBandwidth) {
        return new Roofline(flops, Map.of(DType.BF16, 8 * flops),
                List.of(new Roofline.Bandwidth(1 << 20, cacheBandwidth),
                        new Roofline.Bandwidth(1 << 30, memoryBandwidth)));
    }

    private Rooflines inFolder() {
        return new Rooflines(Optional.of(folder));
    }

    @Test
    void aDeviceIsMeasuredOnceAlsoForLaterProcesses() {
        backend.next = roofline(1e12, 5e11, 1e11);
        assertThat(inFolder().of(backend)).isEqualTo(backend.next);
        Rooflines later = inFolder();
        assertThat(later.of(backend)).isEqualTo(backend.next);
        assertThat(later.of(backend)).isEqualTo(backend.next);
        assertThat(backend.measurements).isEqualTo(1);
    }

    @Test
    void ofSeveralMeasurementsTheBestOfEachFigureCounts() {
        backend.next = roofline(1e12, 5e11, 1e11);
        inFolder().of(backend);
        backend.next = roofline(2e12, 4e11, 2e11);
        assertThat(inFolder().measureAgain(backend)).isEqualTo(roofline(2e12, 5e11, 2e11));
        assertThat(inFolder().of(backend)).isEqualTo(roofline(2e12, 5e11, 2e11));
    }

    @Test
    void aDamagedFileIsMeasuredAnew() throws IOException {
        backend.next = roofline(1e12, 5e11, 1e11);
        inFolder().of(backend);
        for (String damage : List.of("", "flops_per_second=-1", "flops_per_second=1e9\nbytes_per_second.x=1",
                "flops_per_second=NaN\nbytes_per_second.1=1",
                "flops_per_second=1\nmatrix_flops_per_second.f8=1\nbytes_per_second.1=1")) {
            try (Stream<Path> files = Files.list(folder)) {
                Files.writeString(files.toList().getFirst(), damage);
            }
            assertThat(inFolder().of(backend)).as(damage).isEqualTo(backend.next);
        }
        assertThat(backend.measurements).isEqualTo(6);
    }

    @Test
    void aFolderThatCannotBeWrittenCostsAMeasurementInEachProcess() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        backend.next = roofline(1e12, 5e11, 1e11);
        Rooflines nowhere = new Rooflines(Optional.of(file.resolve("below")));
        assertThat(nowhere.of(backend)).isEqualTo(backend.next);
        assertThat(nowhere.of(backend)).isEqualTo(backend.next);
        assertThat(backend.measurements).isEqualTo(1);
    }
}
