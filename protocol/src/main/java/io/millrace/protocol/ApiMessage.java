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

    /**
     * For how long the sender of the request is kept waiting after this response, in milliseconds; 0 where no quota is
     * exceeded.
     */
    default int throttleTimeMs() {
        return 0;
    }

    /** The same response with another throttle time; itself where its schema has none. */
    default ApiMessage throttled(int throttleTimeMs) {
        return this;
    }

    /** Has every error code in the message told, in a response those that say that all went well, too. */
    default void tellErrors(ErrorListener listener) {}

    /** Is told of error codes, one after the other. */
    @FunctionalInterface
    interface ErrorListener {
        void error(short code);
    }

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
