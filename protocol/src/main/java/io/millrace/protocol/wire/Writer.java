package io.millrace.protocol.wire;

import java.util.List;

/**
 * Where a message is written to: {@link SizeCounter} adds up what it would take, {@link BufferWriter} writes it. The
 * same walk over the message does both.
 */
public abstract sealed class Writer permits SizeCounter, BufferWriter {

    /** Writes one element of an array at a version. */
    @FunctionalInterface
    public interface Element<T> {
        void write(T element, Writer out, short version);
    }

    /** Writes the value of a tagged field at a version. */
    @FunctionalInterface
    public interface Tagged {
        void write(Writer out, short version);
    }

    public abstract void i8(byte value);

    public abstract void i16(short value);

    public abstract void i32(int value);

    public abstract void i64(long value);

    public abstract void uvarint(int value);

    abstract void utf8(String text, int size);

    abstract void raw(byte[] bytes);

    /** Bytes that are put in later, by whoever sends the message. */
    abstract void payload(Payload payload);

    public final void bool(boolean value) {
        i8((byte) (value ? 1 : 0));
    }

    public final void u16(int value) {
        i16((short) value);
    }

    public final void f64(double value) {
        i64(Double.doubleToRawLongBits(value));
    }

    public final void string(String text, boolean compact, boolean nullable) {
        if (text == null) {
            writeNull(compact, nullable, 2);
            return;
        }
        int size = sizeOfUtf8(text);
        if (size > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a string of " + size + " bytes, at most 32767 can be written");
        }
        if (compact) {
            uvarint(size + 1);
        } else {
            i16((short) size);
        }
        utf8(text, size);
    }

    public final void bytes(Bytes bytes, boolean compact, boolean nullable) {
        if (bytes == null) {
            writeNull(compact, nullable, 4);
            return;
        }
        length(bytes.length(), compact);
        raw(bytes.content());
    }

    public final void records(Payload records, boolean compact, boolean nullable) {
        if (records == null) {
            writeNull(compact, nullable, 4);
            return;
        }
        length(records.sizeInBytes(), compact);
        payload(records);
    }

    public final <T> void array(List<T> list, boolean compact, boolean nullable, short version, Element<T> element) {
        if (list == null) {
            writeNull(compact, nullable, 4);
            return;
        }
        length(list.size(), compact);
        for (int i = 0, n = list.size(); i < n; i++) {
            element.write(list.get(i), this, version);
        }
    }

    /** A struct or null, with the byte in front that says which. */
    public final <T> void nullable(T struct, short version, Element<T> element) {
        i8((byte) (struct == null ? -1 : 1));
        if (struct != null) {
            element.write(struct, this, version);
        }
    }

    /** A tagged field: its tag, its size, its value. */
    public final void tag(int tag, short version, Tagged value) {
        SizeCounter size = new SizeCounter();
        value.write(size, version);
        uvarint(tag);
        uvarint(size.total());
        value.write(this, version);
    }

    /** What to throw for a field that is set and that a version cannot carry. */
    public static IllegalArgumentException lacks(String field, short version) {
        return new IllegalArgumentException("version " + version + " cannot carry " + field);
    }

    private void length(int length, boolean compact) {
        if (compact) {
            uvarint(length + 1);
        } else {
            i32(length);
        }
    }

    private void writeNull(boolean compact, boolean nullable, int lengthBytes) {
        if (!nullable) {
            throw new IllegalArgumentException("null where this version knows no null");
        }
        if (compact) {
            uvarint(0);
        } else if (lengthBytes == 2) {
            i16((short) -1);
        } else {
            i32(-1);
        }
    }

    private static int sizeOfUtf8(String text) {
        int size = text.length();
        for (int i = 0, n = size; i < n; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                if (c < 0x800) {
                    size++;
                } else if (Character.isHighSurrogate(c) && i + 1 < n && Character.isLowSurrogate(text.charAt(i + 1))) {
                    size += 2;
                    i++;
                } else if (!Character.isSurrogate(c)) {
                    size += 2;
                }
            }
        }
        return size;
    }
}
