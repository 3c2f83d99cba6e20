package io.millrace.tools.inspect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bytes as one line of a dump shows them: text in quotes, all else in hexadecimal digits; not too much of either. */
final class ShownBytes {
    private static final int MOST_CHARS = 200;
    private static final int MOST_BYTES = 32;

    private ShownBytes() {}

    static String of(ByteBuffer bytes) {
        int size = bytes.remaining();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.duplicate())
                    .toString();
            if (text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r')) {
                return quoted(text, size);
            }
        } catch (CharacterCodingException e) {
            // no text
        }
        return hex(bytes, size);
    }

    private static String quoted(String text, int size) {
        boolean whole = text.length() <= MOST_CHARS;
        int end = whole ? text.length() : text.offsetByCodePoints(0, text.codePointCount(0, MOST_CHARS) - 1);
        String shown = text.substring(0, end)
                .replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
        return '"' + shown + (whole ? "\"" : "\"... (" + size + " bytes)");
    }

    private static String hex(ByteBuffer bytes, int size) {
        StringBuilder shown = new StringBuilder("0x");
        for (int i = 0; i < Math.min(size, MOST_BYTES); i++) {
            shown.append(String.format("%02x", bytes.get(bytes.position() + i)));
        }
        return shown + (size > MOST_BYTES ? "... (" + size + " bytes)" : "");
    }
}
