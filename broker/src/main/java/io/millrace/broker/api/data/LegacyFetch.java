package io.millrace.broker.api.data;

import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * One Fetch of versions 0-3: waits as any other, then reads anew what there is and converts it to messages of magic 0
 * (versions 0 and 1) or 1. Where all that came is nothing for consumers it waits on behind that, or they would ask for it
 * again and again.
 *
 * <p>Up to version 2 a partition's limit is hard: a first message above it is cut, from which the client learns its
 * size. These versions know no limit of the whole answer either; since ours is one, they do not always begin with the
 * same partition.
 *
 * <p>Threading: one fetch; converts on a worker, one round after the other. Is cancelled on the event loop.
 */
final class LegacyFetch {
    private static final int LAST_OF_MAGIC_0 = 1;
    private static final int LAST_WITH_HARD_LIMIT = 2;
    /** Of messages in one answer, unless a single one is larger: they are on the heap. */
    private static final int MOST_BYTES = 4 << 20;

    private final Partitions partitions;
    private final LegacyReader reader;
    private final HeldBytes held;
    private final Executor workers;
    private final Clock clock;
    private final Asked asked;
    private final Executor home;
    private final Waiting waiting;
    private final Function<List<FetchReader.Result>, FetchResponse> answering;
    private final CompletableFuture<FetchResponse> answer = new CompletableFuture<>();

    /** What the round under way waits for: set by workers, cancelled on the event loop. */
    private volatile CompletableFuture<?> awaited = answer;

    /** What the request asks for beside its partitions. */
    record Asked(short version, int maxBytes) {
        byte magic() {
            return (byte) (version <= LAST_OF_MAGIC_0 ? 0 : 1);
        }

        boolean hasHardLimit() {
            return version <= LAST_WITH_HARD_LIMIT;
        }
    }

    /** Waits for something to read in the wanted partitions. May be cancelled on the event loop. */
    @FunctionalInterface
    interface Waiting {
        CompletableFuture<List<FetchReader.Result>> start(long maxWaitMs);
    }

    /**
     * @param home the event loop of the client's connection
     * @param answering makes the response; called once, on a worker
     */
    LegacyFetch(
            Partitions partitions,
            LegacyReader reader,
            HeldBytes held,
            Executor workers,
            Clock clock,
            Asked asked,
            Executor home,
            Waiting waiting,
            Function<List<FetchReader.Result>, FetchResponse> answering) {
        this.partitions = partitions;
        this.reader = reader;
        this.held = held;
        this.workers = workers;
        this.clock = clock;
        this.asked = asked;
        this.home = home;
        this.waiting = waiting;
        this.answering = answering;
    }

    /** Begins. Called once. Nobody waits any more if the answer is cancelled. */
    CompletableFuture<FetchResponse> start(long maxWaitMs) {
        answer.whenComplete((done, failure) -> stopIfCancelled());
        round(clock.millis() + maxWaitMs);
        return answer;
    }

    private void round(long untilMs) {
        long waitMs = untilMs - clock.millis();
        CompletableFuture<List<FetchReader.Result>> found = waiting.start(Math.max(0, waitMs));
        awaited = found;
        stopIfCancelled(); // just before, it could not have known of this round
        found.whenCompleteAsync(
                (results, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else {
                        convert(results, untilMs, waitMs > 0);
                    }
                },
                workers);
    }

    private void stopIfCancelled() {
        if (answer.isCancelled()) {
            CompletableFuture<?> now = awaited;
            home.execute(() -> now.cancel(false));
        }
    }

    private void convert(List<FetchReader.Result> found, long untilMs, boolean mayWait) {
        FetchReader.release(found);
        if (answer.isDone()) {
            return;
        }
        Round round = new Round(found);
        try {
            round.convert();
            if (round.isNothingForConsumers() && mayWait) {
                round(untilMs);
            } else {
                complete(answering.apply(round.results()));
            }
        } catch (RuntimeException | Error e) {
            round.letGo();
            answer.completeExceptionally(e);
        }
    }

    private void complete(FetchResponse response) {
        if (!answer.complete(response)) { // cancelled meanwhile
            response.responses().forEach(topic -> topic.partitions()
                    .forEach(partition -> partition.records().release()));
        }
    }

    /** The conversion of what was found at one moment. */
    private final class Round {
        private final FetchReader.Result[] results;
        private int room = Math.min(asked.maxBytes(), MOST_BYTES);
        private boolean nothingYet = true;
        private boolean skipped;
        private boolean tells;

        Round(List<FetchReader.Result> found) {
            this.results = found.toArray(FetchReader.Result[]::new);
        }

        void convert() {
            int first = asked.hasHardLimit() && results.length > 1
                    ? ThreadLocalRandom.current().nextInt(results.length)
                    : 0;
            for (int i = 0; i < results.length; i++) {
                int place = (first + i) % results.length;
                results[place] = convert(results[place]);
            }
        }

        /** Whether there were records, but all of them the log's own; the partitions then go on behind them. */
        boolean isNothingForConsumers() {
            return skipped && nothingYet && !tells;
        }

        List<FetchReader.Result> results() {
            return Collections.unmodifiableList(Arrays.asList(results));
        }

        /** Lets go of what was converted so far; what was found has been let go before. */
        void letGo() {
            for (FetchReader.Result result : results) {
                if (result.answer().records() instanceof BufferSlice converted) {
                    converted.release();
                }
            }
        }

        private FetchReader.Result convert(FetchReader.Result found) {
            if (found.answer().errorCode() != 0) {
                tells = true;
                return failed(found.wanted(), ErrorCode.of(found.answer().errorCode()));
            }
            try {
                return answer(found.wanted(), found.answer().highWatermark(), messages(found));
            } catch (ApiException e) {
                tells = true;
                return failed(found.wanted(), e.error());
            }
        }

        private BufferSlice messages(FetchReader.Result found) {
            FetchPartition wanted = found.wanted();
            long offset = wanted.asked().fetchOffset();
            if (offset >= found.answer().highWatermark() || (room <= 0 && !nothingYet)) {
                return BufferSlice.EMPTY;
            }
            Partition partition = partitions.leading(
                    new TopicPartition(wanted.key().topic(), wanted.asked().partition()));
            int limit = Math.max(0, wanted.asked().partitionMaxBytes());
            LegacyReader.Converted converted =
                    reader.read(partition, offset, asked.magic(), Math.min(limit, Math.max(0, room)));
            ByteBuffer messages = converted.messages();
            if (!messages.hasRemaining()) {
                skipped |= converted.nextOffset() > offset;
                wanted.ask(from(converted.nextOffset(), wanted.asked()));
                return BufferSlice.EMPTY;
            }
            return hold(fit(messages, limit));
        }

        /** Takes as much of the messages as the answer may have: a first one may be larger than what was asked for. */
        private ByteBuffer fit(ByteBuffer messages, int limit) {
            if (messages.remaining() <= Math.min(limit, room)) {
                return messages;
            }
            boolean cut = asked.hasHardLimit() && messages.remaining() > limit;
            boolean fits = nothingYet || (cut && limit <= room);
            if (!fits) {
                return messages.limit(0);
            }
            return cut ? messages.limit(limit) : messages;
        }

        private BufferSlice hold(ByteBuffer messages) {
            int bytes = messages.remaining();
            if (bytes == 0 || !held.tryHold(bytes)) {
                tells = true; // nothing now: it does not fit, or too much waits to be sent to others
                return BufferSlice.EMPTY;
            }
            nothingYet = false;
            room -= bytes;
            return new BufferSlice(messages, () -> held.letGo(bytes));
        }
    }

    private static FetchRequest.Topic.Partition from(long offset, FetchRequest.Topic.Partition before) {
        return FetchRequest.Topic.Partition.builder()
                .partition(before.partition())
                .fetchOffset(offset)
                .partitionMaxBytes(before.partitionMaxBytes())
                .build();
    }

    private static FetchReader.Result answer(FetchPartition wanted, long highWatermark, BufferSlice messages) {
        return new FetchReader.Result(
                wanted,
                Response.Partition.builder()
                        .partitionIndex(wanted.asked().partition())
                        .highWatermark(highWatermark)
                        .records(messages)
                        .build());
    }

    /** Old clients do not know that a disk may fail, and look for another leader when they hear that this is none. */
    private static FetchReader.Result failed(FetchPartition wanted, ErrorCode error) {
        return new FetchReader.Result(
                wanted,
                Response.Partition.builder()
                        .partitionIndex(wanted.asked().partition())
                        .errorCode(error == ErrorCode.KAFKA_STORAGE_ERROR ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error)
                        .highWatermark(-1)
                        .records(BufferSlice.EMPTY)
                        .build());
    }
}
