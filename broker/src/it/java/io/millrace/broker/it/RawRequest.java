package io.millrace.broker.it;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A request written by hand, byte by byte: for what no client would send. Header version 1, no flexible fields. */
final class RawRequest {
    static final int CORRELATION_ID = 4711;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    RawRequest(int apiKey, int version) {
        i16(apiKey).i16(version).i32(CORRELATION_ID).string("raw");
    }

    RawRequest i8(int value) {
        bytes.write(value);
        return this;
    }

    RawRequest i16(int value) {
        return i8(value >> 8).i8(value);
    }

    RawRequest i32(int value) {
        return i16(value >> 16).i16(value);
    }

    RawRequest i64(long value) {
        return i32((int) (value >> 32)).i32((int) value);
    }

    RawRequest string(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        i16(encoded.length).raw(encoded);
        return this;
    }

    RawRequest nullString() {
        return i16(-1);
    }

    RawRequest bytes(byte[] value) {
        return i32(value.length).raw(value);
    }

    RawRequest raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    /** The request without the length before it. */
    byte[] body() {
        return bytes.toByteArray();
    }

    /** The request with the length before it. */
    byte[] frame() {
        return framed(body());
    }

    static byte[] framed(byte[] body) {
        return ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array();
    }
}
