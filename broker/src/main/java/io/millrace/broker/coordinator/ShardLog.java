package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/**
 * The partition that a shard's state is kept in, as its leader sees it for as long as it leads.
 *
 * <p>Threading: {@code append} is called by one thread at a time, the reading methods by one other; the two do not
 * overlap.
 */
public interface ShardLog {

    /**
     * Appends one batch of magic 2 whose base offset is 0; the log may give it offsets and leader epoch in place. All
     * in-sync replicas must have it before it counts as committed (acks=all).
     *
     * @return completes when the batch is committed, in the order of the appends; fails once it will not be known any
     *     more whether it is (leadership lost, disk gone). It may be complete already.
     * @throws ApiException if the batch was refused and nothing of it was written
     */
    CompletionStage<Void> append(ByteBuffer batch);

    /** The first offset that can be read. */
    long startOffset();

    /** The offset behind the last record that was appended, committed or not. */
    long endOffset();

    /**
     * Whole batches from the one that holds an offset on, or the next behind it.
     *
     * @param maxBytes how much to read at most, though never less than one whole batch
     * @return a buffer between whose position and limit they lie, valid until the next read; empty at the end
     */
    ByteBuffer read(long offset, int maxBytes) throws IOException;
}
