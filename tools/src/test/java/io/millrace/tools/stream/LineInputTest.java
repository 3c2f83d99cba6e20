package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.record.RecordHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineInputTest {
    private final Random random = new Random(RandomRecords.seed());

    private LineInput input(String text, String delimiter, String keyDelimiter, boolean emptyIsNull) {
        return input(text, LineForm.of(Escapes.bytes(delimiter), Escapes.bytes(keyDelimiter), emptyIsNull));
    }

    private LineInput input(String text, LineForm form) {
        DrippingChannel channel = new DrippingChannel(text.getBytes(StandardCharsets.UTF_8), random, 7);
        return new LineInput(new ByteSource(channel, 1000, 8), form);
    }

    /** As kafka-console-producer takes them: headers, key and value with tabs between. */
    private LineInput kafkaInput(String text, boolean lenient) {
        LineForm.Headers headers = new LineForm.Headers(bytes("\t"), bytes(","), bytes(":"));
        return input(
                text,
                new LineForm(
                        bytes("\n"), bytes("\t"), false, Optional.of(bytes("NULL")), Optional.of(headers), lenient));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Each record as key=value, - for what it does not have. */
    private static List<String> all(LineInput input) throws IOException {
        List<String> all = new ArrayList<>();
        InputRecord into = new InputRecord();
        while (input.next(into)) {
            all.add((into.hasKey() ? text(into.key()) : "-") + "=" + (into.hasValue() ? text(into.value()) : "-"));
        }
        assertFalse(input.next(into));
        return all;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void linesAreValuesAndTheLastNeedsNoEnd() throws IOException {
        assertEquals(List.of("-=a", "-=", "-=bc d"), all(input("a\n\nbc d", "\\n", "", false)));
        assertEquals(List.of("-=a"), all(input("a\n", "\\n", "", false)));
        assertEquals(List.of(), all(input("", "\\n", "", false)));
    }

    @Test
    void delimitersMayHaveManyBytes() throws IOException {
        assertEquals(List.of("-=a-b", "-=-", "-=c"), all(input("a-b--=---=c", "--=", "", false)));
        assertEquals(List.of("-=a", "-=b"), all(input("a\0b\0", "\\0", "", false)));
    }

    @Test
    void keysStandInFrontOfTheirDelimiter() throws IOException {
        assertEquals(List.of("k=v:w", "=x", "y="), all(input("k:v:w\n:x\ny:\n", "\\n", ":", false)));
        assertEquals(List.of("k=v", "-=x", "y=-"), all(input("k:v\n:x\ny:\n", "\\n", ":", true)));
    }

    @Test
    void aRecordWithoutItsKeyDelimiterIsNamed() {
        LineInput input = input("k:v\nno key\n", "\\n", ":", false);
        BadInputException wrong = assertThrows(BadInputException.class, () -> all(input));
        assertTrue(wrong.getMessage().contains("begins at byte 4"), wrong.getMessage());
    }

    @Test
    void aRecordPastTheBoundIsRefusedBeforeItFillsTheMemory() {
        LineInput input = input("short\n" + "x".repeat(5000), "\\n", "", false);
        BadInputException wrong = assertThrows(BadInputException.class, () -> all(input));
        assertTrue(wrong.getMessage().contains("begins at byte 6"), wrong.getMessage());
    }

    @Test
    void headersStandInFrontOfTheKeyAndAMarkerMeansNothing() throws IOException {
        LineInput input = kafkaInput("a:1,b:NULL,c:\tk\tv\nNULL\tNULL\tNULL\n\tk\t\n", false);
        InputRecord into = new InputRecord();
        assertTrue(input.next(into));
        assertEquals(
                List.of(
                        RecordHeader.of("a", bytes("1")),
                        new RecordHeader("b", Optional.empty()),
                        RecordHeader.of("c", bytes(""))),
                into.headers());
        assertEquals("k=v", text(into.key()) + "=" + text(into.value()));
        assertTrue(input.next(into));
        assertFalse(into.hasKey() || into.hasValue() || !into.headers().isEmpty());
        assertTrue(input.next(into));
        assertTrue(into.hasKey() && into.hasValue() && into.headers().isEmpty());
        assertFalse(input.next(into));
    }

    @Test
    void whatLacksItsDelimitersIsRefusedOrAValue() throws IOException {
        assertThrows(BadInputException.class, () -> all(kafkaInput("plain", false)));
        assertThrows(BadInputException.class, () -> all(kafkaInput("a:1\tplain", false)));
        assertThrows(BadInputException.class, () -> all(kafkaInput("a\tk\tv", false)));
        assertEquals(List.of("-=plain", "-=plain"), all(kafkaInput("plain\na:1\tplain", true)));
    }

    @Test
    void anyTextIsCutAsSplitCutsIt() throws IOException {
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append("ab;;\n".charAt(random.nextInt(5)));
            }
            List<String> expected = new ArrayList<>();
            int from = 0;
            for (int at = text.indexOf(";;"); at >= 0; at = text.indexOf(";;", from)) {
                expected.add("-=" + text.substring(from, at));
                from = at + 2;
            }
            if (from < text.length()) {
                expected.add("-=" + text.substring(from));
            }
            assertEquals(expected, all(input(text.toString(), ";;", "", false)));
        }
    }

    @Test
    void escapesAreBytes() {
        assertEquals("a\n\t\0\\\u001f", text(Escapes.bytes("a\\n\\t\\0\\\\\\x1f")));
        assertThrows(IllegalArgumentException.class, () -> Escapes.bytes("\\q"));
        assertThrows(IllegalArgumentException.class, () -> Escapes.bytes("\\x1"));
        assertThrows(IllegalArgumentException.class, () -> Escapes.bytes("\\"));
    }
}
