package io.millrace.protocol.wire;

/** Bytes that a {@link Writer} does not copy: it remembers where they belong, and the sender puts them there. */
public interface Payload {
    /** How many bytes. */
    int sizeInBytes();
}
