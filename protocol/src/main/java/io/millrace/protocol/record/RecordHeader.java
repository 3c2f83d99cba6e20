package io.millrace.protocol.record;

import io.millrace.protocol.wire.Bytes;
import java.util.Optional;

/** A header of a record: a key that may turn up more than once, and a value that may be missing. */
public record RecordHeader(String key, Optional<Bytes> value) {

    /** A header with a value. Takes the array over: the caller must not change it any more. */
    public static RecordHeader of(String key, byte[] value) {
        return new RecordHeader(key, Optional.of(Bytes.of(value)));
    }
}
