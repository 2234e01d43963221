package dev.kernelwright.backend.opencl.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ClInfoTest {
    @Test
    void textEndsAtItsZero() {
        assertThat(new ClInfo(new byte[]{'a', 'b', 0, 'c'}).text()).isEqualTo("ab");
        assertThat(new ClInfo(new byte[]{'a', 'b'}).text()).isEqualTo("ab");
        assertThat(new ClInfo(new byte[0]).text()).isEmpty();
    }

    @Test
    void anUnsignedNumberOf32BitsKeepsItsValue() {
        ClInfo info = new ClInfo(bytes(Integer.BYTES).putInt(-2).array());
        assertThat(info.number()).isEqualTo(0xFFFFFFFEL);
        assertThat(info.signed()).isEqualTo(-2);
        assertThat(info.flag()).isTrue();
    }

    @Test
    void numbersOf64BitsAreOneOrMany() {
        ClInfo info = new ClInfo(bytes(2 * Long.BYTES).putLong(7).putLong(1L << 40).array());
        assertThat(info.numbers()).containsExactly(7, 1L << 40);
        assertThat(new ClInfo(bytes(Long.BYTES).putLong(1L << 40).array()).number()).isEqualTo(1L << 40);
        assertThatThrownBy(info::number).isInstanceOf(IllegalStateException.class).hasMessageContaining("16 bytes");
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }
}
