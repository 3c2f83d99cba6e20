package io.millrace.protocol.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A cursor over the bytes of one message, which checks before it trusts.
 *
 * <p>No length or count is believed before it is held against the bytes that remain, and the elements of all arrays
 * together have a bound, since small elements on the wire are large ones on the heap. What does not fit throws {@link
 * MalformedMessageException}. One thread's; the buffer is the caller's and is not changed but for its position.
 */
public final class Reader {

    /** Reads one element of an array, or a struct, at a version. */
    @FunctionalInterface
    public interface Element<T> {
        /** Reads from the reader's position on. */
        T read(Reader in, short version);
    }

    /** Elements of all arrays together that a message from outside may have. */
    public static final int DEFAULT_MAX_ELEMENTS = 500_000;

    private static final int MAX_STRING_BYTES = Short.MAX_VALUE;
    private static final int MAX_TAGS = 64;

    private final ByteBuffer in;
    private final int[] elementsLeft;
    private final Optional<Names> names;

    /** Reads what lies between the buffer's position and its limit. */
    public Reader(ByteBuffer in) {
        this(in, DEFAULT_MAX_ELEMENTS);
    }

    public Reader(ByteBuffer in, int maxElements) {
        this(in, new int[] {maxElements}, Optional.empty());
    }

    /** Reads as {@link #Reader(ByteBuffer)}, and takes short strings from those that came before. */
    public Reader(ByteBuffer in, Names names) {
        this(in, new int[] {DEFAULT_MAX_ELEMENTS}, Optional.of(names));
    }

    private Reader(ByteBuffer in, int[] elementsLeft, Optional<Names> names) {
        this.in = in;
        this.elementsLeft = elementsLeft;
        this.names = names;
    }

    public int remaining() {
        return in.remaining();
    }

    public boolean bool() {
        return i8() != 0;
    }

    public byte i8() {
        require(1);
        return in.get();
    }

    public short i16() {
        require(2);
        return in.getShort();
    }

    public int u16() {
        return i16() & 0xffff;
    }

    public int i32() {
        require(4);
        return in.getInt();
    }

    public long i64() {
        require(8);
        return in.getLong();
    }

    public double f64() {
        require(8);
        return in.getDouble();
    }

    public int uvarint() {
        return Varint.readUnsigned(in);
    }

    /** A string in compact or classic form; null is refused. */
    public String string(boolean compact) {
        return notNull(nullableString(compact), "string");
    }

    /** A string or null. */
    public String nullableString(boolean compact) {
        int length = compact ? compactLength() : i16();
        if (length < 0) {
            checkNull(length);
            return null;
        }
        if (length > MAX_STRING_BYTES) {
            throw new MalformedMessageException("a string of " + length + " bytes");
        }
        require(length);
        return names.isPresent() ? names.get().read(in, length) : text(in, length);
    }

    /** Decodes the next bytes of a buffer, which has so many. */
    static String text(ByteBuffer in, int length) {
        if (in.hasArray()) {
            String text = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
            in.position(in.position() + length);
            return text;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Bytes, copied to the heap; null is refused. */
    public Bytes bytes(boolean compact) {
        return notNull(nullableBytes(compact), "bytes");
    }

    /** Bytes, copied to the heap, or null. */
    public Bytes nullableBytes(boolean compact) {
        int length = compact ? compactLength() : i32();
        if (length < 0) {
            checkNull(length);
            return null;
        }
        require(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return Bytes.of(bytes);
    }

    /** Records: a slice of this reader's buffer, valid as long as the buffer is; null is refused. */
    public ByteBuffer records(boolean compact) {
        return notNull(nullableRecords(compact), "records");
    }

    /** Records or null: a slice of this reader's buffer, valid as long as the buffer is. */
    public ByteBuffer nullableRecords(boolean compact) {
        int length = compact ? compactLength() : i32();
        if (length < 0) {
            checkNull(length);
            return null;
        }
        require(length);
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return slice;
    }

    /** An array; null is refused. The list cannot be changed. */
    public <T> List<T> array(boolean compact, short version, Element<T> element) {
        return notNull(nullableArray(compact, version, element), "array");
    }

    /** An array or null. */
    public <T> List<T> nullableArray(boolean compact, short version, Element<T> element) {
        int count = compact ? compactLength() : i32();
        if (count < 0) {
            checkNull(count);
            return null;
        }
        if (count > in.remaining()) {
            throw new MalformedMessageException("an array of " + count + " in " + in.remaining() + " bytes");
        }
        elementsLeft[0] -= count;
        if (elementsLeft[0] < 0) {
            throw new MalformedMessageException("the arrays of one message have too many elements");
        }
        if (count == 0) {
            return List.of();
        }
        if (count == 1) { // most arrays on the hot path: one topic, one partition
            return Collections.singletonList(element.read(this, version));
        }
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.read(this, version));
        }
        return Collections.unmodifiableList(list);
    }

    /** A struct or null, with the byte in front that says which. */
    public <T> T nullable(short version, Element<T> struct) {
        return i8() < 0 ? null : struct.read(this, version);
    }

    /** How many tagged fields follow. */
    public int tagCount() {
        int count = uvarint();
        if (count < 0 || count > MAX_TAGS) {
            throw new MalformedMessageException(Integer.toUnsignedString(count) + " tagged fields");
        }
        return count;
    }

    /** The next tag, which must be above the one before. */
    public int tag(int last) {
        int tag = uvarint();
        if (tag <= last) {
            throw new MalformedMessageException("tag " + tag + " after tag " + last);
        }
        return tag;
    }

    /** Reads the value that belongs to the tag just read, and refuses what is left over of it. */
    public <T> T tagValue(Function<Reader, T> value) {
        int size = tagSize();
        Reader tagged = new Reader(in.slice(in.position(), size), elementsLeft, names);
        in.position(in.position() + size);
        T read = value.apply(tagged);
        tagged.expectEnd();
        return read;
    }

    /** Passes over the value that belongs to the tag just read. */
    public void skipTagValue() {
        int size = tagSize();
        in.position(in.position() + size);
    }

    private int tagSize() {
        int size = uvarint();
        if (size < 0) {
            throw new MalformedMessageException("a tagged field of " + Integer.toUnsignedString(size) + " bytes");
        }
        require(size);
        return size;
    }

    /** Refuses what is left over. */
    public void expectEnd() {
        if (in.hasRemaining()) {
            throw new MalformedMessageException(in.remaining() + " bytes too many");
        }
    }

    /** The length in compact form: -1 for null. */
    private int compactLength() {
        int length = uvarint();
        if (length < 0) {
            throw new MalformedMessageException("a length of " + Integer.toUnsignedString(length));
        }
        return length - 1;
    }

    private static void checkNull(int length) {
        if (length != -1) {
            throw new MalformedMessageException("a length of " + length);
        }
    }

    private static <T> T notNull(T value, String what) {
        if (value == null) {
            throw new MalformedMessageException("null where " + what + " must be");
        }
        return value;
    }

    private void require(int bytes) {
        if (bytes > in.remaining()) {
            throw new MalformedMessageException(bytes + " bytes wanted, " + in.remaining() + " left");
        }
    }
}
