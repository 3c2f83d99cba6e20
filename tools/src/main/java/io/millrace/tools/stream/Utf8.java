package io.millrace.tools.stream;

/** Whether bytes are text. */
final class Utf8 {
    private Utf8() {}

    /** Whether so many bytes are whole, well-formed UTF-8. */
    static boolean isValid(byte[] bytes, int length) {
        int at = 0;
        while (at < length) {
            int size = sizeAt(bytes, at, length);
            if (size == 0) {
                return false;
            }
            at += size;
        }
        return true;
    }

    /** Bytes of the well-formed character that begins there; 0 if none does. */
    static int sizeAt(byte[] bytes, int at, int length) {
        int size = sizeBy(bytes[at]);
        return size > 0 && at + size <= length && isBegun(bytes, at, at + size) ? size : 0;
    }

    /** Whether a character begins there whose last bytes are still to come. */
    static boolean isCutOff(byte[] bytes, int at, int length) {
        return at + sizeBy(bytes[at]) > length && isBegun(bytes, at, length);
    }

    /** Bytes of the characters that begin with this byte; 0 if none does. */
    private static int sizeBy(byte first) {
        if (first >= 0) {
            return 1;
        }
        int lead = first & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    }

    /** Whether the bytes behind a first one may stand there. */
    private static boolean isBegun(byte[] bytes, int at, int end) {
        if (end - at > 1) {
            int lead = bytes[at] & 0xFF;
            int second = bytes[at + 1] & 0xFF;
            int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; // or it could be said in fewer bytes
            int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; // no surrogates, nothing past U+10FFFF
            if (second < least || second > most) {
                return false;
            }
        }
        for (int i = at + 2; i < end; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return false;
            }
        }
        return true;
    }
}
