package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Has partitions that were assigned anew begin where their group has committed, or else by {@code auto.offset.reset}.
 *
 * <p>Threading: any thread calls, the I/O thread sets positions.
 */
final class CommittedStarts {
    private final Assignment assignment;
    private final Commits commits;
    private final ConsumerConfig config;
    private final PollQueue queue;
    private final Runnable kick;

    /** @param kick has the I/O thread look at positions */
    CommittedStarts(Assignment assignment, Commits commits, ConsumerConfig config, PollQueue queue, Runnable kick) {
        this.assignment = assignment;
        this.commits = commits;
        this.config = config;
        this.queue = queue;
        this.kick = kick;
    }

    /** Asks for all partitions that wait for a position. */
    void find() {
        Map<TopicPartition, PartitionState> open = new LinkedHashMap<>();
        assignment.states().forEach((partition, state) -> {
            if (state.awaitsStart()) {
                open.put(partition, state);
            }
        });
        if (!open.isEmpty()) {
            commits.committed(open.keySet()).whenComplete((found, failure) -> {
                if (failure == null) {
                    open.forEach((partition, state) -> start(state, Optional.ofNullable(found.get(partition))));
                    kick.run();
                } else {
                    failed(ClusterClient.asMillrace(failure));
                }
            });
        }
    }

    private void start(PartitionState state, Optional<Commits.Committed> found) {
        Optional<Position> reset = config.offsetReset().position();
        if (found.isPresent()) {
            state.start(Position.offset(found.get().offset()), found.get().epoch());
        } else if (reset.isPresent()) {
            state.start(reset.get(), -1);
        } else {
            queue.fail(MillraceException.refused(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Group '" + config.group().groupId() + "' has no position of " + state.partition()
                            + " and auto.offset.reset is none; seek to where to begin"));
        }
    }

    private void failed(MillraceException why) {
        if (why.reason() == Reason.CLOSED) {
            return;
        }
        if (why.isRetriable()) {
            find(); // it has been tried for as long as a request may take; somebody still waits
        } else {
            queue.fail(why);
        }
    }
}
