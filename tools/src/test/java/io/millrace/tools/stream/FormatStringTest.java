package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.MadeRecords;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatStringTest {
    private static final TopicPartition ACCESS = new TopicPartition("access", 3);
    private static final ConsumerRecord RECORD = MadeRecords.of(
            ACCESS,
            15,
            1_700_000_000_123L,
            bytes("key"),
            bytes("value"),
            List.of(RecordHeader.of("a", bytes("1")), RecordHeader.of("b", bytes("2"))));
    private static final ConsumerRecord EMPTY = MadeRecords.of(ACCESS, 0, -1, null, null, List.of());

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String printed(RecordFormat format, ConsumerRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ByteSink sink = new ByteSink(Channels.newChannel(out), all -> {}, 64)) {
            format.write(record, sink);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String printed(String format, ConsumerRecord record) throws IOException {
        return printed(FormatString.compile(format, "NULL", ZoneOffset.UTC), record);
    }

    @Test
    void placesAreFilled() throws IOException {
        assertEquals(
                "access-3@15 1700000000123 key=value 3/5 a=1,b=2\n", printed("%t-%p@%o %T %k=%s %K/%S %h\\n", RECORD));
        assertEquals("2023-11-14T22:13:20.123Z", printed("%I", RECORD));
        assertEquals("100% \t\u00e9", printed("100%% \\t\u00e9", RECORD));
        assertEquals("\0\0\0\5value", printed("%R%s", RECORD));
    }

    @Test
    void whatIsMissingIsSaidSo() throws IOException {
        assertEquals("NULL NULL -1 -1 -1 -", printed("%k %s %K %S %T %I", EMPTY));
    }

    @Test
    void whatIsNoPlaceIsRefused() {
        for (String wrong : List.of("%q", "%", "\\q", "100%")) {
            assertThrows(IllegalArgumentException.class, () -> printed(wrong, RECORD), wrong);
        }
    }

    @Test
    void jsonIsOneLine() throws IOException {
        assertEquals(
                "{\"topic\":\"access\",\"partition\":3,\"offset\":15,\"timestamp\":1700000000123,\"key\":\"key\","
                        + "\"value\":\"value\",\"headers\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"b\",\"value\":\"2\"}]}\n",
                printed(new JsonLines(), RECORD));
        ConsumerRecord odd =
                MadeRecords.of(ACCESS, 1, 2, new byte[] {(byte) 0xFF, 0}, bytes("a\"\\\n\u0001"), List.of());
        assertEquals(
                "{\"topic\":\"access\",\"partition\":3,\"offset\":1,\"timestamp\":2,\"key_base64\":\"/wA=\","
                        + "\"value\":\"a\\\"\\\\\\n\\u0001\"}\n",
                printed(new JsonLines(), odd));
    }

    @Test
    void onlyTextGoesToATerminal() {
        assertTrue(isText(bytes("caf\u00e9 \u00a0 \uD83D\uDE00\n\t")));
        assertFalse(isText(new byte[] {'a', 27, '['}));
        assertFalse(isText(new byte[] {'a', 0}));
        assertFalse(isText(new byte[] {(byte) 0xFF, 'a', 'b', 'c', 'd'}));
        assertFalse(isText(bytes("a\u009b2J"))); // CSI in one character
        assertFalse(isText(new byte[] {(byte) 0xC3, 27, 'c'}));
        assertFalse(isText(new byte[] {'a', (byte) 0xF0, (byte) 0x80}));
        assertFalse(isText(new byte[] {(byte) 0xC3}, new byte[] {27, 'c'}));
    }

    @Test
    void textMayBeCutAnywhere() {
        byte[] all = bytes("\u00e9\u20ac\uD83D\uDE00x");
        for (int i = 0; i <= all.length; i++) {
            for (int j = i; j <= all.length; j++) {
                assertTrue(isText(
                        Arrays.copyOf(all, i), Arrays.copyOfRange(all, i, j), Arrays.copyOfRange(all, j, all.length)));
            }
        }
    }

    private static boolean isText(byte[]... pieces) {
        BinaryGuard guard = new BinaryGuard();
        try {
            for (byte[] piece : pieces) {
                guard.check(ByteBuffer.wrap(piece));
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
