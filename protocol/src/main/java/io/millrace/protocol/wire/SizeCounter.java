package io.millrace.protocol.wire;

/** Adds up the bytes of a message without writing one; payloads are counted apart too. */
public final class SizeCounter extends Writer {
    private int total;
    private int payloads;

    /** All bytes, payloads included. */
    public int total() {
        return total;
    }

    /** The bytes that a {@link BufferWriter} needs room for: all but the payloads. */
    public int buffered() {
        return total - payloads;
    }

    @Override
    public void i8(byte value) {
        total += 1;
    }

    @Override
    public void i16(short value) {
        total += 2;
    }

    @Override
    public void i32(int value) {
        total += 4;
    }

    @Override
    public void i64(long value) {
        total += 8;
    }

    @Override
    public void uvarint(int value) {
        total += Varint.sizeOfUnsigned(value);
    }

    @Override
    void utf8(String text, int size) {
        total += size;
    }

    @Override
    void raw(byte[] bytes) {
        total += bytes.length;
    }

    @Override
    void payload(Payload payload) {
        total = Math.addExact(total, payload.sizeInBytes());
        payloads += payload.sizeInBytes();
    }
}
