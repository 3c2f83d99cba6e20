package io.millrace.client.consumer;

import io.millrace.client.BrokerAddress;
import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.net.Routing;
import io.millrace.client.net.Topology.Broker;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response.Partition;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker's answer means for one partition: records, another place to ask, or a position that is none.
 *
 * <p>Threading: the I/O thread.
 */
final class PartitionAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionAnswers.class);

    private final ConsumerConfig config;
    private final Routing routing;
    private final PollQueue queue;

    PartitionAnswers(ConsumerConfig config, Routing routing, PollQueue queue) {
        this.config = config;
        this.routing = routing;
        this.queue = queue;
    }

    /** Whether an answer is still wanted: the position is the one that was asked for. */
    static boolean isCurrent(FetchSession.Asked asked) {
        FetchPosition position = asked.position();
        return asked.generation() == position.generation()
                && asked.offset() == position.offset()
                && position.state().isCurrent(asked.generation());
    }

    /** Takes in a partition without records: those with records are {@link #slice} first. */
    void take(FetchSession.Asked asked, Partition told, List<FetchResponse.NodeEndpoint> endpoints) {
        FetchPosition position = asked.position();
        ErrorCode error = ErrorCode.of(told.errorCode());
        if (error != ErrorCode.NONE) {
            failed(asked, error, told, endpoints);
            return;
        }
        position.state()
                .endIs(
                        config.isolationLevel() == IsolationLevel.READ_COMMITTED && told.lastStableOffset() >= 0
                                ? told.lastStableOffset()
                                : told.highWatermark());
        if (told.preferredReadReplica() >= 0) {
            position.prefer(
                    told.preferredReadReplica(),
                    System.nanoTime() + config.client().metadataMaxAge().toNanos());
        }
        if (told.divergingEpoch().endOffset() >= 0) {
            diverged(asked, told.divergingEpoch().endOffset());
        }
    }

    /** The records of an answer, if there are whole batches, and the position behind them. */
    Optional<FetchedSlice> slice(FetchSession.Asked asked, Partition told, FetchedFrame frame) {
        BufferSlice records = (BufferSlice) told.records();
        SliceWalk walk = new SliceWalk(records.buffer());
        boolean readable = walk.hasBatch() || walk.hasOld();
        long next = asked.offset();
        int epoch = asked.position().epoch();
        while (walk.hasBatch() || walk.hasOld()) {
            if (walk.hasBatch()) {
                RecordBatch batch = walk.nextBatch();
                next = Math.max(next, batch.nextOffset());
                epoch = batch.leaderEpoch();
            } else {
                next = Math.max(next, walk.nextOld().offset() + 1);
                epoch = -1;
            }
        }
        if (next == asked.offset()) {
            if (!readable) {
                refuse(asked.position(), records.sizeInBytes());
            }
            return Optional.empty();
        }
        asked.position().moveTo(next, epoch);
        return Optional.of(new FetchedSlice(
                asked.position().state(),
                asked.generation(),
                asked.offset(),
                next,
                records,
                told.abortedTransactions() == null ? List.of() : told.abortedTransactions(),
                Optional.of(frame)));
    }

    private void refuse(FetchPosition position, int bytes) {
        later(position);
        queue.fail(MillraceException.refused(
                ErrorCode.CORRUPT_MESSAGE,
                position.partition() + ": what lies at offset " + position.offset() + " is no whole" + " record batch ("
                        + bytes + " bytes); seek beyond it"));
    }

    private void diverged(FetchSession.Asked asked, long end) {
        FetchPosition position = asked.position();
        String what =
                position.partition() + " was cut back to offset " + end + " by a change of leaders; what was read from"
                        + " there to " + asked.offset() + " is lost at the brokers";
        if (config.offsetReset().kind() == OffsetReset.Kind.NONE) {
            later(position);
            queue.fail(MillraceException.refused(ErrorCode.OFFSET_OUT_OF_RANGE, what + "; seek to where to read on"));
        } else if (end < asked.offset()) {
            LOG.warn("{}: {}; reads on from there", config.client().clientId(), what);
            position.moveTo(end, -1);
            queue.deliver(FetchedSlice.jump(position.state(), asked.generation(), end));
        }
    }

    private void failed(
            FetchSession.Asked asked, ErrorCode error, Partition told, List<FetchResponse.NodeEndpoint> endpoints) {
        FetchPosition position = asked.position();
        boolean fromReplica = position.prefersReplica();
        position.preferNobody();
        switch (error) {
            case OFFSET_OUT_OF_RANGE -> {
                if (!fromReplica) { // a follower may not be that far, or not begin there
                    outOfRange(asked);
                }
            }
            case NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH -> {
                if (told.currentLeader().leaderId() >= 0) {
                    routing.leaderIs(
                            position.partition(),
                            told.currentLeader().leaderId(),
                            told.currentLeader().leaderEpoch(),
                            endpoint(endpoints, told.currentLeader().leaderId()));
                } else {
                    routing.doubt();
                    later(position);
                }
            }
            default -> {
                if (!error.isRetriable() && error != ErrorCode.UNKNOWN_SERVER_ERROR) {
                    queue.fail(MillraceException.refused(error, position.partition() + " cannot be read"));
                }
                routing.doubt();
                later(position);
            }
        }
    }

    private static Optional<Broker> endpoint(List<FetchResponse.NodeEndpoint> endpoints, int id) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.nodeId() == id)
                .findFirst()
                .map(endpoint -> new Broker(
                        id, new BrokerAddress(endpoint.host(), endpoint.port()), Optional.ofNullable(endpoint.rack())));
    }

    private void outOfRange(FetchSession.Asked asked) {
        FetchPosition position = asked.position();
        Optional<Position> reset = config.offsetReset().position();
        if (reset.isPresent() && reset.get() instanceof Position.ByTime time) {
            LOG.info(
                    "{}: offset {} of {} does not exist (any more); reads on by auto.offset.reset={}",
                    config.client().clientId(),
                    asked.offset(),
                    position.partition(),
                    config.offsetReset().kind());
            position.lookUp(time.timestamp());
        } else {
            later(position);
            queue.fail(MillraceException.refused(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Offset " + asked.offset() + " of " + position.partition()
                            + " does not exist (any more) and auto.offset.reset is none; seek to where to read on"));
        }
    }

    private void later(FetchPosition position) {
        position.retryAt(
                System.nanoTime() + config.client().retryBackoff().first().toNanos());
    }
}
