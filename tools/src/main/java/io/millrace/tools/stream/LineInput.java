package io.millrace.tools.stream;

import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Values with a delimiter between them, by default lines, and perhaps a key and headers in front of each.
 *
 * <p>Threading: one thread's.
 */
final class LineInput implements RecordInput {
    private static final int NOWHERE = -1;

    private final ByteSource source;
    private final LineForm form;
    private final byte[] delimiter;
    private final byte[] keyDelimiter;
    private final boolean emptyIsNull;

    LineInput(ByteSource source, LineForm form) {
        this.source = source;
        this.form = form;
        this.delimiter = form.delimiter();
        this.keyDelimiter = form.keyDelimiter();
        this.emptyIsNull = form.emptyIsNull();
    }

    @Override
    public long position() {
        return source.position();
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
        int at = form.headers().isPresent() ? headers(form.headers().get(), into, bytes, from, end) : from;
        if (keyDelimiter.length > 0) {
            at = key(into, bytes, at, end);
        }
        if ((end > at || !emptyIsNull) && !isNothing(bytes, at, end)) {
            into.value(bytes, at, end);
        }
    }

    /** Says where the rest begins. */
    private int key(InputRecord into, byte[] bytes, int from, int end) throws BadInputException {
        int found = find(bytes, from, end, keyDelimiter);
        if (found == NOWHERE) {
            refuseUnlessLenient("no key delimiter", keyDelimiter);
            return from;
        }
        if ((found > from || !emptyIsNull) && !isNothing(bytes, from, found)) {
            into.key(bytes, from, found);
        }
        return found + keyDelimiter.length;
    }

    /** Says where the rest begins. */
    private int headers(LineForm.Headers how, InputRecord into, byte[] bytes, int from, int end)
            throws BadInputException {
        int last = find(bytes, from, end, how.end());
        if (last == NOWHERE) {
            refuseUnlessLenient("no delimiter of headers", how.end());
            return from;
        }
        if (last > from && !isNothing(bytes, from, last)) {
            List<RecordHeader> all = new ArrayList<>();
            for (int at = from; at < last; ) {
                int found = find(bytes, at, last, how.separator());
                int headerEnd = found == NOWHERE ? last : found;
                all.add(header(how, bytes, at, headerEnd));
                at = headerEnd + how.separator().length;
            }
            into.headers(all);
        }
        return last + how.end().length;
    }

    private RecordHeader header(LineForm.Headers how, byte[] bytes, int from, int end) throws BadInputException {
        int found = find(bytes, from, end, how.nameEnd());
        if (found == NOWHERE) {
            refuseUnlessLenient("a header without", how.nameEnd());
        }
        int nameEnd = found == NOWHERE ? end : found;
        int value = found == NOWHERE ? end : found + how.nameEnd().length;
        boolean hasValue = found != NOWHERE && !isNothing(bytes, value, end);
        return new RecordHeader(
                new String(bytes, from, nameEnd - from, StandardCharsets.UTF_8),
                hasValue ? Optional.of(Bytes.of(Arrays.copyOfRange(bytes, value, end))) : Optional.empty());
    }

    private boolean isNothing(byte[] bytes, int from, int end) {
        return form.nothing().isPresent()
                && Arrays.equals(
                        bytes,
                        from,
                        end,
                        form.nothing().get(),
                        0,
                        form.nothing().get().length);
    }

    private void refuseUnlessLenient(String what, byte[] missing) throws BadInputException {
        if (!form.lenient()) {
            throw new BadInputException("the record that begins at byte " + source.position() + " has " + what + " '"
                    + new String(missing, StandardCharsets.UTF_8) + "'");
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
