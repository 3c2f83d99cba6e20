package io.millrace.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WriterTest {

    private record Weight(int sizeInBytes) implements Payload {}

    @Test
    void primitivesAreBigEndian() {
        assertWritten("01", out -> out.bool(true));
        assertWritten("fffe", out -> out.i16((short) -2));
        assertWritten("fffe", out -> out.u16(65534));
        assertWritten("01020304", out -> out.i32(0x01020304));
        assertWritten("0102030405060708", out -> out.i64(0x0102030405060708L));
        assertWritten("3ff8000000000000", out -> out.f64(1.5));
    }

    @Test
    void lengthsHaveTwoFormsAndNullsToo() {
        assertWritten("00026162", out -> out.string("ab", false, false));
        assertWritten("036162", out -> out.string("ab", true, false));
        assertWritten("ffff", out -> out.string(null, false, true));
        assertWritten("00", out -> out.string(null, true, true));
        assertWritten("00000001" + "07", out -> out.bytes(Bytes.of(new byte[] {7}), false, false));
        assertWritten("0207", out -> out.bytes(Bytes.of(new byte[] {7}), true, false));
        assertWritten("ffffffff", out -> out.bytes(null, false, true));
        assertWritten(
                "03" + "0102",
                out -> out.array(List.of((byte) 1, (byte) 2), true, false, (short) 0, (e, w, v) -> w.i8(e)));
        assertWritten("ffffffff", out -> out.array(null, false, true, (short) 0, (e, w, v) -> {}));
        assertWritten("ff", out -> out.nullable(null, (short) 0, (e, w, v) -> {}));
        assertWritten("0109", out -> out.nullable((byte) 9, (short) 0, (e, w, v) -> w.i8(e)));
        assertWritten("0702" + "0009", out -> out.tag(7, (short) 0, (w, v) -> w.i16((short) 9)));
    }

    @Test
    void nullIsRefusedWhereAVersionKnowsNone() {
        assertRefused(out -> out.string(null, true, false));
        assertRefused(out -> out.bytes(null, true, false));
        assertRefused(out -> out.records(null, false, false));
        assertRefused(out -> out.array(null, false, false, (short) 0, (e, w, v) -> {}));
    }

    @Test
    void aStringLongerThanTheProtocolCarriesIsRefused() {
        assertWritten("7fff" + "61".repeat(32767), out -> out.string("a".repeat(32767), false, false));
        assertRefused(out -> out.string("a".repeat(32768), false, false));
        assertRefused(out -> out.string("\u20ac".repeat(11000), true, false));
    }

    @Test
    void textIsCountedAndWrittenAsTheJdkEncodesIt() {
        for (String text : List.of(
                "",
                "plain",
                "\u00e9",
                "\u20ac",
                "\ud83d\ude00",
                "\ud83d",
                "x\ude00",
                "\ude00\ud83d",
                "a\ud83db",
                "\u0000\u07ff\u0800\uffff")) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            String hex = HexFormat.of().toHexDigits((byte) (utf8.length + 1))
                    + HexFormat.of().formatHex(utf8);
            assertWritten(hex, out -> out.string(text, true, false));
        }
    }

    @Test
    void payloadsAreCountedAndTheirPlacesRemembered() {
        Consumer<Writer> message = out -> {
            out.records(new Weight(300), true, false);
            out.i8((byte) 1);
            out.records(new Weight(0), true, false);
            out.records(new Weight(5), false, false);
        };
        SizeCounter size = new SizeCounter();
        message.accept(size);
        assertEquals(2 + 300 + 1 + 1 + 4 + 5, size.total());
        assertEquals(2 + 1 + 1 + 4, size.buffered());
        ByteBuffer buffer = ByteBuffer.allocate(size.buffered());
        BufferWriter writer = new BufferWriter(buffer);
        message.accept(writer);
        assertArrayEquals(HexFormat.of().parseHex("ad02" + "01" + "01" + "00000005"), buffer.array());
        assertEquals(
                List.of(new BufferWriter.Splice(2, new Weight(300)), new BufferWriter.Splice(8, new Weight(5))),
                writer.splices());
    }

    private static void assertWritten(String hex, Consumer<Writer> write) {
        ByteBuffer buffer = ByteBuffer.allocate(40_000);
        write.accept(new BufferWriter(buffer));
        byte[] expected = HexFormat.of().parseHex(hex);
        assertArrayEquals(expected, Arrays.copyOf(buffer.array(), buffer.position()));
        SizeCounter size = new SizeCounter();
        write.accept(size);
        assertEquals(expected.length, size.total());
    }

    private static void assertRefused(Consumer<Writer> write) {
        assertThrows(IllegalArgumentException.class, () -> write.accept(new SizeCounter()));
        assertThrows(IllegalArgumentException.class, () -> write.accept(new BufferWriter(ByteBuffer.allocate(70_000))));
    }
}
