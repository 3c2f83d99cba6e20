package io.millrace.broker.it;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group that enters what it is given and commits it, leaves now and then and joins again; at the end of a
 * shift it stays until the group has read everything.
 */
final class SoakConsumer implements SoakShift.Worker {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Clients clients;
    private final String topic;
    private final String assignor;
    private final SoakLedger.Group group;
    private final BooleanSupplier allRead;
    private final SoakFindings findings;

    /**
     * Makes a member.
     *
     * @param allRead whether this member may end once the shift is over
     */
    SoakConsumer(
            Clients clients,
            String topic,
            String assignor,
            SoakLedger.Group group,
            BooleanSupplier allRead,
            SoakFindings findings) {
        this.clients = clients;
        this.topic = topic;
        this.assignor = assignor;
        this.group = group;
        this.allRead = allRead;
        this.findings = findings;
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) {
        boolean done = false;
        while (!done) {
            long leaveAt = System.nanoTime() + random.nextLong(4_000_000_000L, 20_000_000_000L);
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                    clients.consumerProperties(
                            "group.id=" + group.name(),
                            "partition.assignment.strategy=org.apache.kafka.clients.consumer." + assignor,
                            "session.timeout.ms=20000",
                            "heartbeat.interval.ms=500",
                            "isolation.level=read_committed"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                Membership membership = new Membership(consumer);
                consumer.subscribe(List.of(topic), membership);
                while (!done && (shift.isOver() || System.nanoTime() - leaveAt < 0)) {
                    membership.poll();
                    done = shift.isOver() && (allRead.getAsBoolean() || Thread.interrupted());
                }
            }
        }
    }

    /** One life in the group: what was given since the last commit. */
    private final class Membership implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();

        private Membership(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        private void poll() {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                SoakRecord.decode(record.value())
                        .ifPresentOrElse(
                                number -> group.deliver(record.partition(), record.offset(), number),
                                () -> findings.add(
                                        "a record came damaged", record.partition() + " at " + record.offset()));
                uncommitted.put(
                        new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
            }
            commit();
        }

        private void commit() {
            if (uncommitted.isEmpty()) {
                return;
            }
            try {
                consumer.commitSync(uncommitted);
                uncommitted.forEach((partition, to) -> group.committed(partition.partition(), to.offset()));
                uncommitted.clear();
            } catch (RebalanceInProgressException e) {
                return; // the next poll takes part in the rebalance, and the commit comes after or on the way
            } catch (CommitFailedException e) {
                uncommitted.clear(); // others have the partitions now, and are given these records again
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commit();
            partitions.forEach(uncommitted::remove);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(uncommitted::remove);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }
}
