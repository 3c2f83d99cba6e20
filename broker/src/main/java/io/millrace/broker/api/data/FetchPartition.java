package io.millrace.broker.api.data;

import io.millrace.broker.replica.Partition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import java.util.Optional;
import java.util.function.Function;

/**
 * One partition that a client wants to read, and inside a session what the client was last told of it. Belongs to one
 * request at a time: the session hands it out under its lock.
 */
final class FetchPartition {
    private static final long NOTHING_TOLD = -1;

    /** By name up to version 12, by id from 13 on; the other one is empty. */
    record Key(String topic, Uuid topicId, int partition) {}

    private final Key key;
    private FetchRequest.Topic.Partition asked;
    private Optional<Partition> found = Optional.empty();
    private long toldHighWatermark = NOTHING_TOLD;
    private long toldLogStart = NOTHING_TOLD;

    FetchPartition(Key key, FetchRequest.Topic.Partition asked) {
        this.key = key;
        this.asked = asked;
    }

    Key key() {
        return key;
    }

    FetchRequest.Topic.Partition asked() {
        return asked;
    }

    /** The partition on this broker: looked up once, as long as it can be read. */
    Optional<Partition> find(Function<FetchPartition, Optional<Partition>> lookup) {
        if (found.isEmpty()) {
            found = lookup.apply(this);
        }
        return found;
    }

    /** The partition that the last read has found. */
    Optional<Partition> found() {
        return found;
    }

    void forget() {
        found = Optional.empty();
    }

    /** The client wants to read from elsewhere now. */
    void ask(FetchRequest.Topic.Partition changed) {
        asked = changed;
    }

    /** Whether an answer tells the client of a session anything that it does not know. */
    boolean isNews(FetchResponse.Response.Partition answer) {
        return answer.errorCode() != 0
                || (answer.records() != null && answer.records().sizeInBytes() > 0)
                || answer.highWatermark() != toldHighWatermark
                || answer.logStartOffset() != toldLogStart
                || answer.preferredReadReplica() >= 0
                || answer.divergingEpoch().epoch() >= 0;
    }

    /** Whether a client of a session is behind with what it knows to be committed. */
    boolean isHighWatermarkNews(FetchResponse.Response.Partition answer) {
        return toldHighWatermark != NOTHING_TOLD && answer.highWatermark() != toldHighWatermark;
    }

    void told(FetchResponse.Response.Partition answer) {
        boolean failed = answer.errorCode() != 0;
        toldHighWatermark = failed ? NOTHING_TOLD : answer.highWatermark();
        toldLogStart = failed ? NOTHING_TOLD : answer.logStartOffset();
    }
}
