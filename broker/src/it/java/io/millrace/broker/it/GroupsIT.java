package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups, classic protocol, through kafka-clients. */
@Timeout(60)
final class GroupsIT {
    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Clients clients;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(
                directory,
                "group.initial.rebalance.delay.ms=100",
                "group.min.session.timeout.ms=1000",
                "offsets.topic.num.partitions=4");
        clients = broker.clients();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor"})
    void membersShareThePartitionsAndTakeOverFromOneThatLeaves(String assignor) {
        String topic = "shared-" + assignor;
        clients.createTopic(topic, 6);
        send(topic, 6, 0, 600);
        String strategy = "partition.assignment.strategy=org.apache.kafka.clients.consumer." + assignor;
        try (Member first = member(assignor, strategy)) {
            first.subscribe(topic);
            try (Member second = member(assignor, strategy)) {
                second.subscribe(topic);
                Member.pollUntil(
                        () -> first.assignment().size() == 3
                                && second.assignment().size() == 3
                                && first.values().size() + second.values().size() >= 600,
                        first,
                        second);
                Set<TopicPartition> all = new HashSet<>(first.assignment());
                all.addAll(second.assignment());
                assertEquals(6, all.size());
                first.commit();
                second.commit();
            }
            Member.pollUntil(() -> first.assignment().size() == 6, first);
            send(topic, 6, 600, 60);
            Member.pollUntil(() -> first.values().contains("659"), first);
        }
        try (Member later = member(assignor, strategy)) {
            later.subscribe(topic);
            send(topic, 6, 660, 6);
            Member.pollUntil(() -> later.values().size() >= 66, later);
            assertEquals(66, later.values().size(), "what was committed does not come again");
        }
    }

    @Test
    void aSilentMemberLosesItsPartitionsAndCannotCommitAnyMore() {
        clients.createTopic("silent", 2);
        send("silent", 2, 0, 20);
        try (Member silent = member("silent", "max.poll.interval.ms=1000", "session.timeout.ms=1000");
                Member busy = member("silent", "session.timeout.ms=1000")) {
            silent.subscribe("silent");
            Member.pollUntil(() -> silent.values().size() == 20, silent);
            busy.subscribe("silent");
            Member.pollUntil(() -> busy.assignment().size() == 2 && busy.values().size() == 20, busy);
            assertThrows(CommitFailedException.class, silent::commit);
        }
    }

    @Test
    void aStaticMemberComesBackWithoutARebalance() {
        clients.createTopic("static", 4);
        try (Member stays = member("static", "group.instance.id=a")) {
            stays.subscribe("static");
            int generation;
            Set<TopicPartition> had;
            try (Member leaves = member("static", "group.instance.id=b")) {
                leaves.subscribe("static");
                Member.pollUntil(
                        () -> stays.assignment().size() == 2 && leaves.assignment().size() == 2, stays, leaves);
                generation = leaves.generation();
                had = leaves.assignment();
            }
            int assignments = stays.assignments();
            try (Member back = member("static", "group.instance.id=b")) {
                back.subscribe("static");
                Member.pollUntil(() -> back.assignment().size() == 2, stays, back);
                assertEquals(had, back.assignment());
                assertEquals(generation, back.generation());
                assertEquals(assignments, stays.assignments());
            }
        }
    }

    @Test
    void theOlderOfTwoMembersWithOneInstanceIdIsFenced() {
        clients.createTopic("fenced", 1);
        try (Member older = member("fenced", "group.instance.id=same");
                Member newer = member("fenced", "group.instance.id=same")) {
            older.subscribe("fenced");
            Member.pollUntil(() -> older.assignment().size() == 1, older);
            newer.subscribe("fenced");
            Member.pollUntil(() -> newer.assignment().size() == 1, newer);
            assertThrows(
                    FencedInstanceIdException.class, () -> Member.pollUntil(() -> false, older));
        }
    }

    @Test
    void newPartitionsAndNewTopicsReachTheMembers() {
        clients.createTopic("grow-a", 1);
        try (Member member = member("grow", "metadata.max.age.ms=200");
                Admin admin = clients.admin()) {
            member.subscribe(Pattern.compile("grow-.*"));
            Member.pollUntil(() -> member.assignment().size() == 1, member);
            Clients.await(
                    admin.createPartitions(Map.of("grow-a", NewPartitions.increaseTo(3))).all());
            Member.pollUntil(() -> member.assignment().size() == 3, member);
            clients.createTopic("grow-b", 2);
            Member.pollUntil(() -> member.assignment().size() == 5, member);
            send("grow-a", 3, 0, 30);
            send("grow-b", 2, 30, 20);
            Member.pollUntil(() -> member.values().size() == 50, member);
        }
    }

    @Test
    void offsetsAreKeptWithTheirMetadata() {
        clients.createTopic("kept", 2);
        TopicPartition zero = new TopicPartition("kept", 0);
        TopicPartition one = new TopicPartition("kept", 1);
        try (KafkaConsumer<String, String> alone = clients.consumer("group.id=kept")) {
            alone.assign(List.of(zero, one));
            assertTrue(alone.committed(Set.of(zero)).values().stream().allMatch(o -> o == null));
            alone.commitSync(Map.of(zero, new OffsetAndMetadata(42, "half-way"), one, new OffsetAndMetadata(7)));
        }
        try (KafkaConsumer<String, String> again = clients.consumer("group.id=kept")) {
            Map<TopicPartition, OffsetAndMetadata> committed = again.committed(Set.of(zero, one));
            assertEquals(new OffsetAndMetadata(42, "half-way"), committed.get(zero));
            assertEquals(7, committed.get(one).offset());
        }
    }

    @Test
    void theNewGroupProtocolIsRefusedClearly() {
        clients.createTopic("new-protocol", 1);
        try (KafkaConsumer<String, String> consumer = clients.consumer("group.id=new", "group.protocol=consumer")) {
            consumer.subscribe(List.of("new-protocol"));
            assertThrows(UnsupportedVersionException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    consumer.poll(Duration.ofMillis(100));
                }
            });
        }
    }

    private static Member member(String group, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "group.id=" + group,
                "group.protocol=classic",
                "heartbeat.interval.ms=200")); // a rebalance is heard of at the next heartbeat
        all.addAll(List.of(settings));
        return new Member(clients.consumer(all.toArray(String[]::new)));
    }

    private static void send(String topic, int partitions, int from, int count) {
        try (KafkaProducer<String, String> producer = clients.producer("linger.ms=1")) {
            IntStream.range(from, from + count)
                    .forEach(i -> producer.send(
                            new ProducerRecord<>(topic, i % partitions, null, Integer.toString(i))));
        }
    }
}
