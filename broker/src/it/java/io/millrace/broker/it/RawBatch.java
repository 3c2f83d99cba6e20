package io.millrace.broker.it;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** A record batch of magic 2, whose header can be made to lie. Layout: reference/record-batch.md. */
final class RawBatch {
    private static final int HEADER_BYTES = 61;
    private static final int CRC_POSITION = 17;
    private static final int CHECKED_FROM = 21;
    private static final long TIME = 1_767_355_200_000L;

    private final int attributes;
    private final int count;
    private final int lastOffsetDelta;
    private final int magic;
    private final byte[] payload;

    /** @param payload what follows the header: records, or their compressed form */
    private RawBatch(int attributes, int count, int lastOffsetDelta, int magic, byte[] payload) {
        this.attributes = attributes;
        this.count = count;
        this.lastOffsetDelta = lastOffsetDelta;
        this.magic = magic;
        this.payload = payload;
    }

    /** An honest batch, not compressed. */
    static RawBatch of(String... values) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 0; i < values.length; i++) {
            records.writeBytes(record(i, values[i].getBytes(StandardCharsets.UTF_8)));
        }
        return new RawBatch(0, values.length, values.length - 1, 2, records.toByteArray());
    }

    /** One record with a value, at an offset within its batch. */
    static byte[] record(int offsetDelta, byte[] value) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(0); // attributes
        varint(body, 0); // timestamp delta
        varint(body, offsetDelta);
        varint(body, -1); // no key
        varint(body, value.length);
        body.writeBytes(value);
        varint(body, 0); // no headers
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        varint(record, body.size());
        record.writeBytes(body.toByteArray());
        return record.toByteArray();
    }

    RawBatch withCount(int claimed) {
        return new RawBatch(attributes, claimed, lastOffsetDelta, magic, payload);
    }

    RawBatch withLastOffsetDelta(int claimed) {
        return new RawBatch(attributes, count, claimed, magic, payload);
    }

    RawBatch withMagic(int claimed) {
        return new RawBatch(attributes, count, lastOffsetDelta, claimed, payload);
    }

    RawBatch withAttributes(int claimed) {
        return new RawBatch(claimed, count, lastOffsetDelta, magic, payload);
    }

    RawBatch withPayload(byte[] bytes) {
        return new RawBatch(attributes, count, lastOffsetDelta, magic, bytes);
    }

    /** The batch as bytes, with the checksum that belongs to them. */
    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .putLong(0) // base offset
                .putInt(HEADER_BYTES - 12 + payload.length)
                .putInt(-1) // leader epoch
                .put((byte) magic)
                .putInt(0) // checksum, below
                .putShort((short) attributes)
                .putInt(lastOffsetDelta)
                .putLong(TIME)
                .putLong(TIME)
                .putLong(-1) // producer id
                .putShort((short) -1)
                .putInt(-1)
                .putInt(count)
                .put(payload);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), CHECKED_FROM, bytes.capacity() - CHECKED_FROM);
        return bytes.putInt(CRC_POSITION, (int) crc.getValue()).array();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int left = (value << 1) ^ (value >> 31);
        while ((left & ~0x7f) != 0) {
            out.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        out.write(left);
    }
}
