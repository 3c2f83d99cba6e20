package io.millrace.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.testing.Fuzz;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ReaderTest {
    private static final Reader.Element<Short> I16 = (in, version) -> in.i16();

    @Test
    void namesThatCameBeforeAreTheSameStrings() {
        Names names = new Names();
        for (String text : List.of(
                "",
                "a",
                "b",
                "ab",
                "ba",
                "AaBB",
                "BBAa",
                "x".repeat(64),
                "y".repeat(65),
                "\u00e9",
                "\u00e9e",
                "\ud83d\ude00")) {
            for (boolean direct : new boolean[] {true, false}) {
                String first = name(names, text, direct);
                assertEquals(text, first);
                assertEquals(text, name(names, text, direct));
                if (!text.isEmpty() && text.length() <= 64 && text.chars().allMatch(c -> c < 128)) {
                    assertSame(first, name(names, text, direct), text);
                }
            }
        }
        ByteBuffer broken = ByteBuffer.wrap(HexFormat.of().parseHex("0001ff0001ff000161"));
        Reader in = new Reader(broken, names);
        assertEquals("\ufffd", in.string(false));
        assertEquals("\ufffd", in.string(false));
        assertEquals("a", in.string(false));
        in.expectEnd();
    }

    private static String name(Names names, String text, boolean direct) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer buffer =
                direct ? ByteBuffer.allocateDirect(2 + bytes.length) : ByteBuffer.allocate(2 + bytes.length);
        Reader in = new Reader(buffer.putShort((short) bytes.length).put(bytes).flip(), names);
        String read = in.string(false);
        in.expectEnd();
        return read;
    }

    @Test
    void nullIsRefusedWhereItMayNotBe() {
        refused("ffff", in -> in.string(false));
        refused("00", in -> in.string(true));
        refused("ffffffff", in -> in.bytes(false));
        refused("00", in -> in.bytes(true));
        refused("ffffffff", in -> in.records(false));
        refused("00", in -> in.records(true));
        refused("ffffffff", in -> in.array(false, (short) 0, I16));
        refused("00", in -> in.array(true, (short) 0, I16));
    }

    @Test
    void nullIsReadWhereItMayBe() {
        assertNull(reader("ffff").nullableString(false));
        assertNull(reader("00").nullableString(true));
        assertNull(reader("ffffffff").nullableBytes(false));
        assertNull(reader("00").nullableBytes(true));
        assertNull(reader("ffffffff").nullableRecords(false));
        assertNull(reader("00").nullableArray(true, (short) 0, I16));
        assertNull(reader("ff").nullable((short) 0, I16));
        assertEquals((short) 7, reader("010007").nullable((short) 0, I16));
    }

    @Test
    void negativeLengthsOtherThanNullsAreRefused() {
        refused("fffe", in -> in.nullableString(false));
        refused("8000", in -> in.nullableString(false));
        refused("fffffffe", in -> in.nullableBytes(false));
        refused("80000000", in -> in.nullableRecords(false));
        refused("80000000", in -> in.nullableArray(false, (short) 0, I16));
    }

    @Test
    void lengthsBeyondWhatRemainsAreRefused() {
        refused("000361", in -> in.string(false));
        refused("046161", in -> in.string(true));
        refused("7fffffff00", in -> in.bytes(false));
        refused("ffffffff0700", in -> in.bytes(true));
        refused("ffffffff0f00", in -> in.bytes(true));
        refused("7fffffff00", in -> in.records(false));
        refused("00000001", in -> in.records(false));
        refused("0000", Reader::i32);
        refused("", Reader::i8);
        refused("00000000000000", Reader::i64);
    }

    @Test
    void aStringOfMoreThan32767BytesIsRefused() {
        ByteBuffer most = ByteBuffer.allocate(40_000);
        Varint.writeUnsigned(32_768, most);
        assertEquals(32_767, new Reader(most.rewind()).string(true).length());
        ByteBuffer more = ByteBuffer.allocate(40_000);
        Varint.writeUnsigned(32_769, more);
        assertThrows(MalformedMessageException.class, () -> new Reader(more.rewind()).string(true));
    }

    @Test
    void anArrayOfTwoBillionIsRefusedBeforeMemoryIsTaken() {
        Fuzz.assertAllocatesAtMost(50_000, () -> "arrays", () -> {
            refused("7fffffff" + "00".repeat(100), in -> in.array(false, (short) 0, I16));
            refused("ffffffff07" + "00".repeat(100), in -> in.array(true, (short) 0, I16));
            refused("ffffffff0f" + "00".repeat(100), in -> in.array(true, (short) 0, I16));
        });
    }

    @Test
    void allArraysOfAMessageTogetherHaveABound() {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("0301020302010203"));
        Reader in = new Reader(bytes, 2);
        assertEquals(List.of((byte) 1, (byte) 2), in.array(true, (short) 0, (r, v) -> r.i8()));
        assertThrows(MalformedMessageException.class, () -> in.array(true, (short) 0, (r, v) -> r.i8()));
    }

    @Test
    void theBoundHoldsInsideTagsToo() {
        Reader in = new Reader(ByteBuffer.wrap(HexFormat.of().parseHex("0403010203")), 2);
        assertThrows(
                MalformedMessageException.class,
                () -> in.tagValue(tagged -> tagged.array(true, (short) 0, (r, v) -> r.i8())));
    }

    @Test
    void tagsRise() {
        Reader in = reader("000105");
        int first = in.tag(-1);
        assertEquals(0, first);
        assertEquals(1, in.tag(first));
        refused("00", r -> r.tag(0));
        refused("03", r -> r.tag(4));
        refused("ffffffff0f", r -> r.tag(4));
    }

    @Test
    void tagCountsAndSizesThatCannotBeAreRefused() {
        refused("ffffffff0f", Reader::tagCount);
        refused("41", Reader::tagCount);
        refused("0300", in -> in.tagValue(Reader::i16));
        refused("ffffffff0f", in -> in.tagValue(Reader::i16));
        assertThrows(MalformedMessageException.class, () -> reader("0300").skipTagValue());
    }

    @Test
    void aTagsValueIsReadToItsEnd() {
        Reader in = reader("020007" + "09");
        assertEquals((short) 7, in.tagValue(Reader::i16));
        assertEquals(1, in.remaining());
        refused("03000700", r -> r.tagValue(Reader::i16));
        refused("010007", r -> r.tagValue(Reader::i16));
    }

    @Test
    void recordsAreASliceAndNotACopy() {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("000000020102"));
        ByteBuffer records = new Reader(bytes).records(false);
        bytes.put(4, (byte) 9);
        assertEquals(9, records.get(0));
        assertEquals(2, records.remaining());
    }

    @Test
    void stringsAreReadFromEveryKindOfBuffer() {
        ByteBuffer heap = ByteBuffer.wrap(HexFormat.of().parseHex("aa0005c3a9e282ac"))
                .position(1)
                .slice();
        ByteBuffer direct = ByteBuffer.allocateDirect(7).put(heap.duplicate()).flip();
        assertEquals("\u00e9\u20ac", new Reader(heap.asReadOnlyBuffer()).string(false));
        assertEquals("\u00e9\u20ac", new Reader(direct).string(false));
        assertEquals("\u00e9\u20ac", new Reader(heap).string(false));
    }

    @Test
    void whatIsLeftOverIsRefused() {
        reader("").expectEnd();
        assertThrows(MalformedMessageException.class, () -> reader("00").expectEnd());
    }

    private static <T> void refused(String hex, Function<Reader, T> read) {
        assertThrows(MalformedMessageException.class, () -> read.apply(reader(hex)), hex);
    }

    private static Reader reader(String hex) {
        return new Reader(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }
}
