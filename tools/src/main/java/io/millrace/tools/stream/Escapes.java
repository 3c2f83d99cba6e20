package io.millrace.tools.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What is typed in a shell where a byte is meant: {@code \n \r \t \0 \\ \xHH}; all else stands for itself. */
final class Escapes {
    private Escapes() {}

    /** @throws IllegalArgumentException for a backslash with anything else behind it */
    static byte[] bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); ) {
            if (text.charAt(at) == '\\') {
                at = escape(text, at + 1, out);
            } else {
                int end = text.indexOf('\\', at);
                end = end < 0 ? text.length() : end;
                out.writeBytes(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
                at = end;
            }
        }
        return out.toByteArray();
    }

    /** Reads what stands behind a backslash, and says where it ends. */
    static int escape(String text, int at, ByteArrayOutputStream out) {
        char c = at < text.length() ? text.charAt(at) : ' ';
        switch (c) {
            case 'n' -> out.write('\n');
            case 'r' -> out.write('\r');
            case 't' -> out.write('\t');
            case '0' -> out.write(0);
            case '\\' -> out.write('\\');
            case 'x' -> {
                int value = hex(text, at + 1);
                if (value < 0) {
                    throw new IllegalArgumentException("'" + text + "': \\x needs two hexadecimal digits, as \\x1f");
                }
                out.write(value);
                return at + 3;
            }
            default ->
                throw new IllegalArgumentException("'" + text + "': behind a backslash stands n, r, t, 0, xHH or \\");
        }
        return at + 1;
    }

    private static int hex(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
