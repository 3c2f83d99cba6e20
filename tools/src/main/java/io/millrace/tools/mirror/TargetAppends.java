package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.MirrorAppendResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends batches to those who lead the target's partitions, many partitions in a request, and takes in where they end.
 *
 * <p>Each portion says from which offset on it is all that the source has, and a leader that lacks something before that
 * refuses it. So several may be under way at once: what comes behind one that was lost leaves no gap.
 *
 * <p>Threading: the I/O thread.
 */
final class TargetAppends implements Destination {
    private static final Logger LOG = LoggerFactory.getLogger(TargetAppends.class);
    private static final Duration COMMIT = Duration.ofSeconds(30);

    /** Of records in a request: what a broker takes into one buffer of its pool. A larger frame costs it copies. */
    private static final int REQUEST_BYTES = (2 << 20) - (64 << 10);

    private final ClusterClient target;
    private final String sourceCluster;
    private final Flow flow;
    private final Runnable kick;

    /** @param kick has the next things done; runs whenever something has come to an end */
    TargetAppends(ClusterClient target, String sourceCluster, Flow flow, Runnable kick) {
        this.target = target;
        this.sourceCluster = sourceCluster;
        this.flow = flow;
        this.kick = kick;
    }

    @Override
    public IsolationLevel isolation() {
        return IsolationLevel.READ_UNCOMMITTED;
    }

    @Override
    public void ask(List<PartitionCopy> copies) {
        send(copies.stream().map(Portion::question).toList());
    }

    @Override
    public void sourceStartsAt(PartitionCopy copy, long offset) {
        send(List.of(Portion.question(copy))); // and so the target begins there, too
    }

    /** Sends these, or lets them go where nobody leads. */
    @Override
    public void send(List<Portion> portions) {
        Map<Integer, List<Portion>> byLeader = new LinkedHashMap<>();
        Topology topology = target.routing().topology();
        for (Portion portion : portions) {
            int leader = topology.leader(portion.copy().target());
            if (leader == Topology.NO_LEADER) {
                portion.records().release();
                failed(portion, "nobody leads " + portion.copy().target() + " in the target");
                target.routing().doubt();
            } else {
                byLeader.computeIfAbsent(leader, id -> new ArrayList<>()).add(portion);
            }
        }
        byLeader.forEach(this::sendInParts);
    }

    private void sendInParts(int leader, List<Portion> portions) {
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < portions.size(); i++) {
            int more = portions.get(i).bytes();
            if (i > from && bytes + more > REQUEST_BYTES) {
                send(leader, portions.subList(from, i));
                from = i;
                bytes = 0;
            }
            bytes += more;
        }
        send(leader, portions.subList(from, portions.size()));
    }

    private void send(int leader, List<Portion> portions) {
        Limits limits = Limits.NONE.within(COMMIT.plus(target.config().requestTimeout()));
        target.call(Target.broker(leader), request(portions), limits).whenComplete((answer, failure) -> {
            if (failure == null) {
                answered(portions, answer);
            } else {
                String why = ClusterClient.asMillrace(failure).getMessage();
                portions.forEach(portion -> failed(portion, why));
                target.routing().doubt();
            }
            kick.run();
        });
    }

    private MirrorAppendRequest request(List<Portion> portions) {
        Map<CopiedTopic, List<MirrorAppendRequest.Topic.Partition>> byTopic = new LinkedHashMap<>();
        for (Portion portion : portions) {
            byTopic.computeIfAbsent(portion.copy().topic(), topic -> new ArrayList<>())
                    .add(MirrorAppendRequest.Topic.Partition.builder()
                            .index(portion.copy().target().partition())
                            .sourceLeaderEpoch(portion.leaderEpoch())
                            .sourceLogStartOffset(portion.logStart())
                            .fetchOffset(portion.from())
                            .records(portion.records())
                            .build());
        }
        List<MirrorAppendRequest.Topic> topics = new ArrayList<>();
        byTopic.forEach((topic, parts) ->
                topics.add(new MirrorAppendRequest.Topic(topic.target(), topic.source(), topic.sourceId(), parts)));
        return new MirrorAppendRequest(sourceCluster, (int) COMMIT.toMillis(), topics);
    }

    private void answered(List<Portion> portions, MirrorAppendResponse answer) {
        Map<TopicPartition, MirrorAppendResponse.Topic.Partition> told = new HashMap<>();
        answer.topics().forEach(topic -> topic.partitions()
                .forEach(partition -> told.put(new TopicPartition(topic.name(), partition.index()), partition)));
        for (Portion portion : portions) {
            MirrorAppendResponse.Topic.Partition its = told.get(portion.copy().target());
            if (its == null) {
                failed(portion, "the target's broker did not tell what became of it");
            } else {
                landed(portion);
                answered(portion, its);
            }
        }
    }

    private void landed(Portion portion) {
        portion.copy().landed(portion.bytes());
        flow.give(portion.bytes());
    }

    private void failed(Portion portion, String why) {
        landed(portion);
        if (portion.generation() == portion.copy().generation()) {
            portion.copy().interrupt(why);
        }
    }

    private void answered(Portion portion, MirrorAppendResponse.Topic.Partition told) {
        PartitionCopy copy = portion.copy();
        if (portion.generation() != copy.generation()) {
            return;
        }
        ErrorCode error = ErrorCode.of(told.errorCode());
        if (error == ErrorCode.NONE) {
            copy.targetIs(told.logStartOffset(), told.logEndOffset());
            if (portion.isQuestion()) {
                copy.goOnAt(told.logEndOffset());
            } else {
                copy.stored(portion.from(), portion.to(), portion.timestamp(), portion.count(), portion.bytes());
            }
            return;
        }
        String why = copy.target() + ": " + (told.errorMessage() == null ? error : told.errorMessage());
        switch (error) {
            case OFFSET_OUT_OF_RANGE -> copy.goOnAt(told.logEndOffset());
            case POLICY_VIOLATION -> {
                if (!why.equals(copy.trouble())) {
                    LOG.info("Not copied: {}", why);
                }
                copy.interrupt(why); // until the topics are looked at again
            }
            default -> {
                if (!error.isRetriable()) {
                    LOG.warn("{} ({}); tries again", why, error);
                }
                copy.interrupt(why);
                target.routing().doubt();
            }
        }
    }
}
