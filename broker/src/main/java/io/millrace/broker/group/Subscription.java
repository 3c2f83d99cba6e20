package io.millrace.broker.group;

import io.millrace.protocol.message.ConsumerProtocolSubscription;
import io.millrace.protocol.wire.Bytes;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;

/** What a consumer tells its group. The broker looks inside only to know whether a topic is in use. */
final class Subscription {
    /** Newer versions begin with the fields of this one. */
    private static final short NEWEST_KNOWN = 3;

    private Subscription() {}

    /** Whether the topic is subscribed to; so it is taken to be where the bytes cannot be read. */
    static boolean mayInclude(Bytes metadata, String topic) {
        try {
            Reader in = new Reader(ByteBuffer.wrap(metadata.toArray()));
            short version = in.i16();
            if (version < 0) {
                return true;
            }
            short read = (short) Math.min(version, NEWEST_KNOWN);
            return ConsumerProtocolSubscription.read(in, read).topics().contains(topic);
        } catch (MalformedMessageException e) {
            return true;
        }
    }
}
