package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A log in memory. What it is told to, it commits late, refuses, fails, or cannot read. */
public final class MemoryLog implements ShardLog {
    private final TreeMap<Long, ByteBuffer> batches = new TreeMap<>();
    private final Deque<CompletableFuture<Void>> uncommitted = new ArrayDeque<>();
    private Optional<ErrorCode> refusal = Optional.empty();
    private boolean holdsCommits;
    private boolean unreadable;
    private long end;

    @Override
    public CompletionStage<Void> append(ByteBuffer batch) {
        if (refusal.isPresent()) {
            throw new ApiException(refusal.get(), "as the test wants it");
        }
        BatchHeader.setBaseOffset(batch, batch.position(), end);
        add(batch);
        CompletableFuture<Void> commit = new CompletableFuture<>();
        uncommitted.add(commit);
        if (!holdsCommits) {
            commit();
        }
        return commit;
    }

    /** Puts a batch into the log as it is, base offset included. */
    public void add(ByteBuffer batch) {
        batches.put(end, batch);
        end = new RecordBatches(batch).next().nextOffset();
    }

    /** Loses all that follows to the disk, up to an end. */
    public void endWithNothingUpTo(long offset) {
        end = offset;
    }

    public void holdCommits() {
        holdsCommits = true;
    }

    public void commitAtOnce() {
        holdsCommits = false;
        commit();
    }

    public int uncommittedCount() {
        return uncommitted.size();
    }

    /** Commits what is there. */
    public void commit() {
        while (!uncommitted.isEmpty()) {
            uncommitted.poll().complete(null);
        }
    }

    /** Gives up what is not committed; it is gone from the log too if the test says so. */
    public void fail(boolean gone) {
        for (int i = uncommitted.size(); gone && i > 0; i--) {
            end = batches.pollLastEntry().getKey();
        }
        while (!uncommitted.isEmpty()) {
            uncommitted
                    .poll()
                    .completeExceptionally(new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "as the test wants it"));
        }
    }

    public void refuse(ErrorCode error) {
        refusal = Optional.of(error);
    }

    public void accept() {
        refusal = Optional.empty();
    }

    public void readable(boolean is) {
        unreadable = !is;
    }

    public int batchCount() {
        return batches.size();
    }

    @Override
    public long startOffset() {
        return batches.isEmpty() ? end : batches.firstKey();
    }

    @Override
    public long endOffset() {
        return end;
    }

    @Override
    public ByteBuffer read(long offset, int maxBytes) throws IOException {
        if (unreadable) {
            throw new IOException("as the test wants it");
        }
        if (batches.isEmpty()
                || offset
                        >= new RecordBatches(batches.lastEntry().getValue())
                                .next()
                                .nextOffset()) {
            return ByteBuffer.allocate(0);
        }
        return batches.floorEntry(offset).getValue().duplicate();
    }
}
