package io.millrace.client.net;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.message.ResponseHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.Records;
import io.millrace.protocol.wire.Reader;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes messages of the bytes of answers, and settles who keeps these.
 *
 * <p>All of a message is copied to the heap but fetched records: these stay slices of the buffer that the socket was read
 * into. Each slice holds that buffer until it is released, by whichever thread. So the buffer goes back when the last
 * slice has been released; that of an answer without records right after decoding.
 */
final class Answers {
    private Answers() {}

    /**
     * Decodes an answer, and takes its bytes over.
     *
     * @throws io.millrace.protocol.wire.MalformedMessageException where they are no such answer
     */
    static ApiMessage decode(ApiKey key, short version, ByteBuf bytes) {
        try {
            Reader in = new Reader(bytes.nioBuffer());
            ResponseHeader.read(in, key.responseHeaderVersion(version));
            ApiMessage message = key.readResponse(in, version);
            in.expectEnd();
            return message instanceof FetchResponse fetch ? holding(bytes, fetch) : message;
        } finally {
            bytes.release(); // the slices have their own references
        }
    }

    /** The same answer, with records that hold the buffer in which they lie. */
    private static FetchResponse holding(ByteBuf bytes, FetchResponse fetch) {
        List<Response> topics = new ArrayList<>(fetch.responses().size());
        for (Response topic : fetch.responses()) {
            List<Response.Partition> partitions =
                    new ArrayList<>(topic.partitions().size());
            for (Response.Partition partition : topic.partitions()) {
                partitions.add(holding(bytes, partition));
            }
            topics.add(new Response(topic.topic(), topic.topicId(), partitions));
        }
        return new FetchResponse(
                fetch.throttleTimeMs(), fetch.errorCode(), fetch.sessionId(), topics, fetch.nodeEndpoints());
    }

    private static Response.Partition holding(ByteBuf bytes, Response.Partition partition) {
        Records records = partition.records();
        if (records == null || records.sizeInBytes() == 0) {
            return partition;
        }
        Records held = new BufferSlice(((BufferSlice) records).buffer(), new Hold(bytes.retain()));
        return new Response.Partition(
                partition.partitionIndex(),
                partition.errorCode(),
                partition.highWatermark(),
                partition.lastStableOffset(),
                partition.logStartOffset(),
                partition.divergingEpoch(),
                partition.currentLeader(),
                partition.snapshotId(),
                partition.abortedTransactions(),
                partition.preferredReadReplica(),
                held);
    }

    /** Lets go of an answer that nobody wants any more. */
    static void discard(ApiMessage answer) {
        if (answer instanceof FetchResponse fetch) {
            for (Response topic : fetch.responses()) {
                for (Response.Partition partition : topic.partitions()) {
                    if (partition.records() != null) {
                        partition.records().release();
                    }
                }
            }
        }
    }

    /** One slice's reference to the buffer. Given back once: a second time would take another slice's. */
    private static final class Hold extends AtomicReference<ByteBuf> implements Runnable {
        private static final long serialVersionUID = 1;

        private Hold(ByteBuf bytes) {
            super(bytes);
        }

        @Override
        public void run() {
            ByteBuf bytes = getAndSet(null);
            if (bytes != null) {
                bytes.release();
            }
        }
    }
}
