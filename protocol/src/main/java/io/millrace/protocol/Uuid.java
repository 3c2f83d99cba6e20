package io.millrace.protocol;

import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.Writer;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/** A 16-byte id of a topic, a directory or a client instance; as text 22 characters of URL-safe base64. */
public record Uuid(long high, long low) {
    /** Stands for "none". */
    public static final Uuid ZERO = new Uuid(0, 0);

    /** A new id; its text does not begin with a dash, so that it can be a command line's argument. */
    public static Uuid random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (true) {
            Uuid id = new Uuid(random.nextLong(), random.nextLong());
            if (id.high >>> 58 != 62 && (id.high != 0 || id.low >>> 1 != 0)) {
                return id;
            }
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is not 16 bytes of base64
     */
    public static Uuid parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != 16) {
            throw new IllegalArgumentException("not a 16-byte id in base64: " + text);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Uuid(buffer.getLong(), buffer.getLong());
    }

    /** Reads 16 bytes. */
    public static Uuid read(Reader in) {
        return new Uuid(in.i64(), in.i64());
    }

    /** Writes 16 bytes. */
    public void write(Writer out) {
        out.i64(high);
        out.i64(low);
    }

    public boolean isZero() {
        return high == 0 && low == 0;
    }

    @Override
    public String toString() {
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
