package io.millrace.protocol;

import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.Writer;

/** A message, or a struct inside one, that knows how to write itself at each version of its schema. */
public interface ApiMessage {

    /**
     * Writes the message.
     *
     * @throws IllegalArgumentException if a field is set that the version lacks and must not lose, or is null where the
     *     version knows no null
     */
    void write(Writer out, short version);

    /** Reads a message at a version. */
    @FunctionalInterface
    interface Decoder<T> {
        /**
         * Reads from the reader's position on. Records stay slices of the reader's buffer; all else is copied.
         *
         * @throws io.millrace.protocol.wire.MalformedMessageException where the bytes are not such a message
         */
        T read(Reader in, short version);
    }
}
