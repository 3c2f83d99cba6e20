package io.millrace.protocol.wire;

import java.nio.ByteBuffer;

/** Variable-length integers: seven bits a byte, low group first; signed ones in zigzag form. */
public final class Varint {
    private Varint() {}

    /**
     * Reads an unsigned one of at most five bytes at the buffer's position.
     *
     * @throws MalformedMessageException if it does not end in time or is above 2^32 - 1
     */
    public static int readUnsigned(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (!in.hasRemaining()) {
                throw new MalformedMessageException("the bytes end inside a varint");
            }
            byte b = in.get();
            if (shift == 28 && (b & 0xf0) != 0) {
                break;
            }
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("a varint is longer than 32 bits");
    }

    /** Reads a signed one. Throws as {@link #readUnsigned}. */
    public static int read(ByteBuffer in) {
        int value = readUnsigned(in);
        return (value >>> 1) ^ -(value & 1);
    }

    /** Reads a signed one of at most ten bytes. Throws as {@link #readUnsigned}. */
    public static long readLong(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (!in.hasRemaining()) {
                throw new MalformedMessageException("the bytes end inside a varlong");
            }
            byte b = in.get();
            if (shift == 63 && (b & 0xfe) != 0) {
                break;
            }
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new MalformedMessageException("a varlong is longer than 64 bits");
    }

    /** Bytes that an unsigned one takes. */
    public static int sizeOfUnsigned(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Bytes that a signed one takes. */
    public static int sizeOf(int value) {
        return sizeOfUnsigned((value << 1) ^ (value >> 31));
    }

    /** Bytes that a signed long takes. */
    public static int sizeOfLong(long value) {
        return (70 - Long.numberOfLeadingZeros(((value << 1) ^ (value >> 63)) | 1)) / 7;
    }

    public static void writeUnsigned(int value, ByteBuffer out) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    public static void write(int value, ByteBuffer out) {
        writeUnsigned((value << 1) ^ (value >> 31), out);
    }

    public static void writeLong(long value, ByteBuffer out) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }
}
