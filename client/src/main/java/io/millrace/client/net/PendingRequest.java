package io.millrace.client.net;

import io.millrace.client.MillraceException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ApiRequest;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.wire.MalformedMessageException;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One request: what is asked, until when, and who waits for the answer. Ends by an answer or a failure, one of them, once.
 * Its records, if it has any, are released as soon as the socket has taken them, or never will.
 *
 * <p>Threading: made by whoever asks, then owned by the I/O thread.
 *
 * @param <R> the response
 */
final class PendingRequest<R extends ApiMessage> {
    private final ApiRequest<R> request;
    private final ApiKey key;
    private final short maxVersion;
    private final long timeoutMs;
    private final long deadlineNs;
    private final CompletableFuture<R> answer = new CompletableFuture<>();
    private short version;
    private int correlationId;
    private boolean sent;
    private boolean recordsReleased;

    PendingRequest(ApiRequest<R> request, long timeoutMs, short maxVersion) {
        this.request = request;
        this.key = ApiKey.of(request.apiId());
        this.maxVersion = maxVersion;
        this.timeoutMs = timeoutMs;
        this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    ApiRequest<R> request() {
        return request;
    }

    ApiKey key() {
        return key;
    }

    short maxVersion() {
        return maxVersion;
    }

    long timeoutMs() {
        return timeoutMs;
    }

    /** When its time is over, in {@link System#nanoTime}. */
    long deadlineNs() {
        return deadlineNs;
    }

    CompletableFuture<R> answer() {
        return answer;
    }

    /** Notes under which number and in which version it goes out. */
    void sentAs(int number, short atVersion) {
        correlationId = number;
        version = atVersion;
        sent = true;
    }

    boolean isSent() {
        return sent;
    }

    /** The answer is in another version than the request: ApiVersions alone does that. */
    void answeredAs(short otherVersion) {
        version = otherVersion;
    }

    /** Whether it was sent, and under this number. */
    boolean isAnsweredBy(int number) {
        return sent && correlationId == number;
    }

    /** Whether a broker answers it at all: a Produce with acks=0 it does not. */
    boolean isAnswered() {
        return !(request instanceof ProduceRequest produce) || produce.acks() != 0;
    }

    /**
     * Reads the answer, and takes its bytes over.
     *
     * @throws MalformedMessageException where they are none
     */
    @SuppressWarnings("unchecked") // the generator gives each request the type of its response
    R decode(ByteBuf bytes) {
        try {
            return (R) Answers.decode(key, version, bytes);
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException("an answer that is none to " + key.apiName() + ": " + e.getMessage());
        }
    }

    /** Hands the answer on, or lets it go where nobody waits any more. */
    void complete(R message) {
        if (!answer.complete(message)) {
            Answers.discard(message);
        }
    }

    /** The socket has taken it; one that is not answered ends here. */
    @SuppressWarnings("unchecked") // only Produce is not answered
    void written() {
        releaseRecords();
        if (!isAnswered()) {
            answer.complete((R) ProduceResponse.builder().build());
        }
    }

    /** The socket will never take it. One that is answered fails when its connection ends, which is now. */
    void notWritten(Throwable cause) {
        releaseRecords();
        if (!isAnswered()) {
            answer.completeExceptionally(
                    MillraceException.unreachable("the connection broke before it was sent", cause));
        }
    }

    /** It will not be written, or its connection has ended. */
    void fail(MillraceException why) {
        answer.completeExceptionally(why);
    }

    /** Lets go of the records; the second time it does nothing. */
    void releaseRecords() {
        if (recordsReleased) {
            return;
        }
        recordsReleased = true;
        if (request instanceof ProduceRequest produce) {
            for (ProduceRequest.TopicData topic : produce.topicData()) {
                for (ProduceRequest.TopicData.PartitionData partition : topic.partitionData()) {
                    partition.records().release();
                }
            }
        } else if (request instanceof MirrorAppendRequest mirror) {
            for (MirrorAppendRequest.Topic topic : mirror.topics()) {
                for (MirrorAppendRequest.Topic.Partition partition : topic.partitions()) {
                    partition.records().release();
                }
            }
        }
    }
}
