package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.MirrorAppendResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.tools.terminal.Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks the leader of a partition itself whether it takes a mirror's records or those of producers, since it hears of a new
 * {@code mirror.source} a moment after the broker that was told.
 *
 * <p>Threading: one thread's, which waits.
 */
final class LeaderQuestion {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long AGAIN_MS = 50;

    private final ClusterClient client;

    LeaderQuestion(ClusterClient client) {
        this.client = client;
    }

    /**
     * Waits until the leader answers so.
     *
     * @param source as the setting has, or had, it
     * @param wanted NONE where it takes the mirror's records, POLICY_VIOLATION where it does not
     * @return where the log ends
     * @throws Failure if it does not come to that
     */
    long await(TopicPartition partition, String source, ErrorCode wanted) throws InterruptedException {
        Calls.await(client.routing().topic(partition.topic(), PATIENCE));
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String trouble = "nobody leads it";
            int leader = client.routing().topology().leader(partition);
            if (leader != Topology.NO_LEADER) {
                try {
                    MirrorAppendResponse.Topic.Partition answer = ask(leader, partition, source);
                    if (answer.errorCode() == wanted.code()) {
                        return answer.logEndOffset();
                    }
                    trouble = "its leader, broker " + leader + ", answers " + ErrorCode.of(answer.errorCode());
                } catch (MillraceException e) {
                    trouble = e.getMessage();
                }
            }
            if (System.nanoTime() - deadlineNs >= 0) {
                throw Failure.of("Whether " + partition + " takes producers is not known: " + trouble);
            }
            TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
            Calls.await(client.routing().refresh());
        }
    }

    private MirrorAppendResponse.Topic.Partition ask(int leader, TopicPartition partition, String source)
            throws InterruptedException {
        String[] parts = source.split(":", -1);
        MirrorAppendRequest.Topic.Partition question = MirrorAppendRequest.Topic.Partition.builder()
                .index(partition.partition())
                .sourceLeaderEpoch(-1)
                .fetchOffset(PartitionCopy.UNKNOWN)
                .records(BufferSlice.EMPTY)
                .build();
        Uuid id = parts.length > 2 ? Uuid.parse(parts[2]) : Uuid.ZERO;
        MirrorAppendRequest request = new MirrorAppendRequest(
                parts[0],
                (int) PATIENCE.toMillis(),
                List.of(new MirrorAppendRequest.Topic(partition.topic(), parts[1], id, List.of(question))));
        return Calls.await(client.call(Target.broker(leader), request))
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }
}
