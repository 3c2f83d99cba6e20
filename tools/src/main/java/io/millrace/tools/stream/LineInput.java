package io.millrace.tools.stream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Values with a delimiter between them, by default lines, and perhaps a key in front of each with a delimiter behind it.
 *
 * <p>Threading: one thread's.
 */
final class LineInput implements RecordInput {
    private static final int NOWHERE = -1;

    private final ByteSource source;
    private final byte[] delimiter;
    private final byte[] keyDelimiter;
    private final boolean emptyIsNull;

    /**
     * @param keyDelimiter empty if there are no keys
     * @param emptyIsNull whether nothing where a key or value could be is none, instead of one of no bytes
     */
    LineInput(ByteSource source, byte[] delimiter, byte[] keyDelimiter, boolean emptyIsNull) {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("an empty delimiter would never end; --raw makes one record of all");
        }
        this.source = source;
        this.delimiter = delimiter.clone();
        this.keyDelimiter = keyDelimiter.clone();
        this.emptyIsNull = emptyIsNull;
    }

    @Override
    public boolean next(InputRecord into) throws IOException {
        into.clear();
        int searched = 0;
        while (true) {
            int from = source.from();
            int found = find(source.bytes(), from + searched, source.to(), delimiter);
            if (found != NOWHERE) {
                split(into, source.bytes(), from, found);
                source.skip(found - from + delimiter.length);
                return true;
            }
            searched = Math.max(0, source.available() - delimiter.length + 1);
            if (!source.more()) {
                return last(into);
            }
        }
    }

    /** What stands behind the last delimiter. */
    private boolean last(InputRecord into) throws BadInputException {
        if (source.available() == 0) {
            return false;
        }
        split(into, source.bytes(), source.from(), source.to());
        source.skip(source.available());
        return true;
    }

    private void split(InputRecord into, byte[] bytes, int from, int end) throws BadInputException {
        int value = from;
        if (keyDelimiter.length > 0) {
            int found = find(bytes, from, end, keyDelimiter);
            if (found == NOWHERE) {
                throw new BadInputException("the record that begins at byte " + source.position()
                        + " has no key delimiter '" + new String(keyDelimiter, StandardCharsets.UTF_8)
                        + "'");
            }
            if (found > from || !emptyIsNull) {
                into.key(bytes, from, found);
            }
            value = found + keyDelimiter.length;
        }
        if (end > value || !emptyIsNull) {
            into.value(bytes, value, end);
        }
    }

    private static int find(byte[] in, int from, int to, byte[] what) {
        byte first = what[0];
        int end = to - what.length + 1;
        for (int at = from; at < end; at++) {
            if (in[at] == first && isAt(in, at, what)) {
                return at;
            }
        }
        return NOWHERE;
    }

    private static boolean isAt(byte[] in, int at, byte[] what) {
        for (int i = 1; i < what.length; i++) {
            if (in[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }
}
