package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the offsets of both sides in line: finds where a partition goes on when the source does not have what the target
 * would need next, has the target's start follow the source's, and stops what would have to take something back.
 *
 * <p>Threading: the I/O thread.
 */
final class OffsetKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetKeeper.class);
    private static final int CONSUMER = -1;
    private static final long EARLIEST = -2;
    private static final long LATEST = -1;

    private final ClusterClient source;
    private final Destination destination;
    private final Runnable kick;
    private final Set<PartitionCopy> startsUnderWay = new HashSet<>();

    OffsetKeeper(ClusterClient source, Destination destination, Runnable kick) {
        this.source = source;
        this.destination = destination;
        this.kick = kick;
    }

    /** The source tells its start and its end. */
    void sourceIs(PartitionCopy copy, long start, long end) {
        boolean hasMoved = start > copy.sourceStart();
        copy.sourceIs(start, end);
        boolean isIdle = copy.inFlight() == 0 && copy.position() >= end;
        if (hasMoved && isIdle && start > copy.targetStart()) {
            destination.sourceStartsAt(copy, start); // no records will tell it
        }
    }

    /** The source does not have the offset that it was asked for. */
    void lookUp(PartitionCopy copy) {
        int leader = source.routing().topology().leader(copy.source());
        if (leader == Topology.NO_LEADER || !startsUnderWay.add(copy)) {
            copy.later("nobody leads " + copy.source() + " in the source");
            source.routing().doubt();
            return;
        }
        int generation = copy.generation();
        copy.later("looks where " + copy.source() + " begins");
        ask(leader, copy, EARLIEST)
                .thenCombine(ask(leader, copy, LATEST), (start, end) -> new long[] {start, end})
                .whenComplete((bounds, failure) -> {
                    startsUnderWay.remove(copy);
                    if (failure != null) {
                        copy.later("where " + copy.source() + " begins is not known: " + failure.getMessage());
                        source.routing().doubt();
                    } else if (generation == copy.generation()) {
                        found(copy, bounds[0], bounds[1]);
                    }
                    kick.run();
                });
    }

    private void found(PartitionCopy copy, long start, long end) {
        copy.sourceIs(start, end);
        if (copy.position() < start) {
            if (copy.copiedUpTo() > 0) {
                LOG.warn(
                        "{}: the source begins at {} by now; what lay from {} to there was deleted before it was copied",
                        copy.source(),
                        start,
                        copy.position());
            }
            destination.sourceStartsAt(copy, start);
        } else if (copy.position() > end) {
            diverged(copy, end);
        }
    }

    /** The source has lost what was copied before: an unclean election, or a topic made anew by hand. */
    void diverged(PartitionCopy copy, long end) {
        copy.stop("the source has lost records of " + copy.source() + " from offset " + end
                + " on, which the target has up to "
                + copy.copiedUpTo() + "; the target keeps them, and nothing more is copied: promote it, or delete it to"
                + " begin anew");
        LOG.error("{}", copy.trouble());
    }

    private CompletionStage<Long> ask(int leader, PartitionCopy copy, long which) {
        ListOffsetsRequest.Topic.Partition partition = ListOffsetsRequest.Topic.Partition.builder()
                .partitionIndex(copy.source().partition())
                .timestamp(which)
                .build();
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(CONSUMER)
                .topics(List.of(new ListOffsetsRequest.Topic(copy.source().topic(), List.of(partition))))
                .build();
        return source.call(Target.broker(leader), request).thenApply(OffsetKeeper::offset);
    }

    private static long offset(ListOffsetsResponse answer) {
        ListOffsetsResponse.Topic.Partition told =
                answer.topics().get(0).partitions().get(0);
        if (told.errorCode() != ErrorCode.NONE.code()) {
            throw MillraceException.refused(ErrorCode.of(told.errorCode()), "ListOffsets");
        }
        return told.offset();
    }
}
