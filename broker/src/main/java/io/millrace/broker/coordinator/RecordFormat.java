package io.millrace.broker.coordinator;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How a coordinator's records lie in its topic. Stateless: any thread.
 *
 * @param <T> the records
 */
public interface RecordFormat<T> {

    ByteBuffer key(T record);

    /** Empty for a record that deletes its key. */
    Optional<ByteBuffer> value(T record);

    /**
     * Reads one.
     *
     * @param value empty where the key is deleted
     * @return empty for a type or a version that this broker does not know and therefore skips
     * @throws io.millrace.protocol.wire.MalformedMessageException where the bytes are no such record; it is skipped
     */
    Optional<T> read(ByteBuffer key, Optional<ByteBuffer> value);
}
