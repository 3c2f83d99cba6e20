package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.consumer.Assignor;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.GroupConfig;
import io.millrace.client.consumer.RebalanceListener;
import io.millrace.client.net.ClientRuntime;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a mirror that share its partitions: a consumer group in the source, whose members read nothing and commit
 * nothing. When one of them dies, the others have its partitions within the session's timeout.
 *
 * <p>It need not be exact: two who copy the same partition for a moment store nothing twice.
 *
 * <p>Threading: one thread's.
 */
final class WorkGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkGroup.class);
    private static final int BEATS = 3;
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(5);

    private final Consumer member;
    private Set<String> topics = Set.of();

    WorkGroup(MirrorConfig config, ClientRuntime runtime) {
        GroupConfig group = GroupConfig.of(config.group())
                .withTimes(config.sessionTimeout(), config.sessionTimeout().dividedBy(BEATS), LONGEST_ROUND)
                .withAssignors(Assignor.COOPERATIVE_STICKY)
                .withAutoCommit(false, LONGEST_ROUND);
        this.member = Consumer.open(
                ConsumerConfig.builder(config.source()).group(group).build(), runtime);
    }

    /** These are to be shared. */
    void share(Collection<String> names) {
        Set<String> now = new TreeSet<>(names);
        if (!now.equals(topics)) {
            topics = now;
            member.subscribe(now, new Pausing());
        }
    }

    /** What is this process's part now; it has to be asked often. */
    Set<TopicPartition> part() {
        try {
            if (!topics.isEmpty()) {
                member.poll(Duration.ZERO);
            }
        } catch (MillraceException e) {
            topics = Set.of(); // it may be out of the group, and joins again with the next look at the topics
            throw e;
        }
        return member.assignment();
    }

    @Override
    public void close() {
        member.close();
    }

    /** Whatever is given is read by the mirror, not by the member. */
    private final class Pausing implements RebalanceListener {
        @Override
        public void assigned(Collection<TopicPartition> now) {
            member.pause(now);
            if (!now.isEmpty()) {
                LOG.info("Copies from now on {}", List.copyOf(now));
            }
        }

        @Override
        public void revoked(Collection<TopicPartition> gone) {
            if (!gone.isEmpty()) {
                LOG.info("Copied by others from now on: {}", List.copyOf(gone));
            }
        }
    }
}
