package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of Millrace, one of Apache Kafka, and mirrors between them, each a process that is killed. */
class MirrorKafkaIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ROUND = 20;
    private static final String ACCESS = "access";
    private static final String KEYED = "keyed";
    private static final String ORDERS = "orders";
    private static final String ALL = "all-orders";

    @TempDir
    private Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final int port = ToolProcess.freePort();
    private KafkaNode kafka;
    private ToolProcess millrace;
    private Admin kafkaAdmin;
    private Admin millraceAdmin;

    private void start() throws Exception {
        kafka = opened(KafkaNode.start(Files.createDirectories(directory.resolve("apache"))));
        millrace = opened(ToolProcess.broker(
                Files.createDirectories(directory.resolve("millrace")), port, "offsets.topic.num.partitions=1",
                "log.cleaner.backoff.ms=200",
                "group.initial.rebalance.delay.ms=0"));
        kafkaAdmin = opened(Admin.create(Map.of("bootstrap.servers", kafka.bootstrap())));
        millraceAdmin = opened(Admin.create(Map.of("bootstrap.servers", millraceAt())));
    }

    private <T extends AutoCloseable> T opened(T thing) {
        opened.add(0, thing);
        return thing;
    }

    private String millraceAt() {
        return "127.0.0.1:" + port;
    }

    private ToolProcess mirror(String name, String source, String target, String topics, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "mirror", "run", "--source", source, "--target", target, "--topics", topics, "--set", "refresh.ms=500",
                "--set", "groups.interval.ms=300"));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return opened(new ToolProcess(
                directory.resolve(name), "io.millrace.tools.Millrace", arguments.toArray(String[]::new)));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable thing : opened) {
            thing.close();
        }
    }

    @Test
    void everyRecordIsThereOnceInItsOrderInBothDirectionsWhateverIsKilled() throws Exception {
        start();
        intoKafka();
        outOfKafka();
        intoOneTopic();
    }

    // ---- into Apache Kafka, which gives offsets of its own

    private void intoKafka() throws Exception {
        millraceAdmin
                .createTopics(List.of(
                        new NewTopic(ACCESS, 3, (short) 1), compacted()))
                .all()
                .get();
        fillAndCompact();
        ToolProcess mirror = mirror("into-kafka", millraceAt(), kafka.bootstrap(), "access,keyed");
        mirror.start().awaitLine("Creates topic access");
        underLoad(mirror);
        awaitSame(ACCESS);
        keyedIsThere();
        groupsGoOnAtTheNextRecord();
        mirror.kill();
    }

    private static NewTopic compacted() {
        return new NewTopic(KEYED, 1, (short) 1)
                .configs(Map.of(
                        "cleanup.policy", "compact",
                        "segment.bytes", "20000",
                        "min.cleanable.dirty.ratio", "0.01"));
    }

    /** Few keys, so that compaction leaves gaps; afterwards nothing is compacted any more. */
    private void fillAndCompact() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                AccessLoad.producer(millraceAt(), Map.of("batch.size", "500", "compression.type", "lz4"))) {
            for (int i = 0; i < 3000; i++) {
                producer.send(new ProducerRecord<>(KEYED, bytes("key " + (i % 7) * (i % 31)), bytes("value " + i)));
            }
        }
        Awaitility.await("compaction").atMost(PATIENCE).until(() -> count(millraceAt(), KEYED) < 2500);
        millraceAdmin
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, KEYED),
                        List.of(
                                set("min.cleanable.dirty.ratio", "1.0"),
                                set("segment.bytes", "1000000000"))))
                .all()
                .get();
        AtomicInteger before = new AtomicInteger();
        Awaitility.await("compaction has come to an end")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(700))
                .until(() -> {
                    int now = count(millraceAt(), KEYED);
                    return before.getAndSet(now) == now;
                });
    }

    private static AlterConfigOp set(String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    }

    /** Committed and aborted ones, in turn. */
    private static void transactions(String bootstrap, String topic) {
        try (KafkaProducer<byte[], byte[]> producer =
                AccessLoad.producer(bootstrap, Map.of("transactional.id", "payer", "compression.type", "zstd"))) {
            producer.initTransactions();
            for (int round = 0; round < 10; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 20; i++) {
                    producer.send(new ProducerRecord<>(topic, 0, null, bytes(round + " pays " + i)));
                }
                if (round % 3 == 1) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    private void underLoad(ToolProcess mirror) throws Exception {
        AccessLoad load = new AccessLoad(millraceAt(), ACCESS, ROUND);
        CompletableFuture<Void> loading = CompletableFuture.runAsync(load);
        try {
            for (int round = 0; round < 2; round++) {
                awaitEnd(round * 1_000L);
                mirror.kill();
                mirror.start();
            }
            awaitEnd(LogEnds.sum(kafkaAdmin, ACCESS) + 1_000);
            kafka.kill();
            kafka.restart();
            awaitEnd(LogEnds.sum(kafkaAdmin, ACCESS) + 1_000);
            millrace.kill();
            millrace.start().awaitLine("Millrace ready");
            awaitEnd(LogEnds.sum(kafkaAdmin, ACCESS) + 1_000);
        } finally {
            load.stop();
        }
        loading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void awaitEnd(long records) {
        Awaitility.await("the target has " + records + " records")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> LogEnds.sum(kafkaAdmin, ACCESS) >= records);
    }

    private static int count(String bootstrap, String topic) {
        try (WholeTopic whole = new WholeTopic(bootstrap, topic, "read_committed")) {
            return whole.partitions().stream()
                    .mapToInt(partition -> whole.records(partition).size())
                    .sum();
        }
    }

    /** Record after record, but for the offsets. */
    private void awaitSame(String topic) {
        int records = count(millraceAt(), topic);
        Awaitility.await(topic + " is copied")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> LogEnds.sum(kafkaAdmin, topic) >= records);
        try (WholeTopic there = new WholeTopic(millraceAt(), topic, "read_committed");
                WholeTopic here = new WholeTopic(kafka.bootstrap(), topic, "read_committed")) {
            for (TopicPartition partition : there.partitions()) {
                assertEquals(
                        Optional.empty(),
                        WholeTopic.differenceButOffsets(there.records(partition), here.records(partition)),
                        partition::toString);
            }
        }
    }

    private void keyedIsThere() {
        awaitSame(KEYED);
        try (WholeTopic there = new WholeTopic(millraceAt(), KEYED)) {
            TopicPartition partition = there.partitions().get(0);
            int records = there.records(partition).size();
            assertTrue(records < there.ends().get(partition), "compaction has left gaps");
        }
    }

    /** Positions in gaps and at plain records. */
    private void groupsGoOnAtTheNextRecord() throws Exception {
        for (String topic : List.of(ACCESS, KEYED)) {
            Map<TopicPartition, Long> ends = LogEnds.of(millraceAdmin, topic);
            for (int part = 1; part <= 5; part++) {
                String group = topic + "-readers-" + part;
                Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
                for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                    positions.put(end.getKey(), new OffsetAndMetadata(end.getValue() * part / 5));
                }
                millraceAdmin
                        .alterConsumerGroupOffsets(group, positions)
                        .all()
                        .get();
            }
        }
        for (String topic : List.of(ACCESS, KEYED)) {
            try (WholeTopic there = new WholeTopic(millraceAt(), topic, "read_committed");
                    WholeTopic here = new WholeTopic(kafka.bootstrap(), topic, "read_committed")) {
                Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> theirs = new HashMap<>();
                Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> ours = new HashMap<>();
                for (TopicPartition partition : there.partitions()) {
                    theirs.put(partition, there.records(partition));
                    ours.put(partition, here.records(partition));
                }
                for (int part = 1; part <= 5; part++) {
                    goesOn(topic + "-readers-" + part, kafkaAdmin, theirs, millraceAdmin, ours);
                }
            }
        }
    }

    /**
     * Whether a group goes on in the target at the copy of the source's next record.
     *
     * @param theirs records of the source, by its partitions
     * @param ours those of the target that are copies, by the source's partitions
     */
    private static void goesOn(
            String group,
            Admin target,
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> theirs,
            Admin source,
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> ours)
            throws Exception {
        Awaitility.await("positions of " + group)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> positions(target, group).size() == ours.size());
        Map<TopicPartition, Long> before = positions(source, group);
        Map<Integer, Long> after = new HashMap<>();
        positions(target, group).forEach((partition, position) -> after.put(partition.partition(), position));
        for (TopicPartition partition : ours.keySet()) {
            long from = before.get(partition);
            long to = after.get(partition.partition());
            Optional<ConsumerRecord<byte[], byte[]>> next = next(theirs.get(partition), from);
            Optional<ConsumerRecord<byte[], byte[]>> copy = next(ours.get(partition), to);
            String what = group + " in " + partition + " at " + from + " and " + to + ": " + next + " and " + copy;
            assertEquals(next.isPresent(), copy.isPresent(), what);
            if (next.isPresent()) {
                assertTrue(WholeTopic.hasSameContent(next.get(), copy.get()), what);
            }
        }
    }

    private static Optional<ConsumerRecord<byte[], byte[]>> next(
            List<ConsumerRecord<byte[], byte[]>> records, long position) {
        return records.stream().filter(record -> record.offset() >= position).findFirst();
    }

    private static Map<TopicPartition, Long> positions(Admin admin, String group) throws Exception {
        Map<TopicPartition, Long> positions = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, position) -> positions.put(partition, position.offset()));
        return positions;
    }

    // ---- out of Apache Kafka: offsets are kept; two processes share the work

    private void outOfKafka() throws Exception {
        kafkaAdmin.createTopics(List.of(new NewTopic(ORDERS, 4, (short) 1))).all().get();
        transactions(kafka.bootstrap(), ORDERS);
        ToolProcess dry = opened(new ToolProcess(
                        directory.resolve("dry"),
                        "io.millrace.tools.Millrace",
                        "mirror",
                        "run",
                        "--source",
                        kafka.bootstrap(),
                        "--target",
                        millraceAt(),
                        "--dry-run"))
                .start();
        assertEquals(0, dry.awaitExit(), dry::said);
        assertTrue(dry.said().contains("would copy orders"), dry::said);
        for (String topic : List.of(ACCESS, KEYED)) {
            assertTrue(!dry.said().contains("would copy " + topic), dry::said); // it came from there
        }
        String[] shared = {"mirror.group=movers", "session.timeout.ms=1500"};
        ToolProcess one = mirror("out-1", kafka.bootstrap(), millraceAt(), ORDERS, shared).start();
        ToolProcess two = mirror("out-2", kafka.bootstrap(), millraceAt(), ORDERS, shared).start();
        one.awaitLine("Copies from now on");
        two.awaitLine("Copies from now on");
        AccessLoad load = new AccessLoad(kafka.bootstrap(), ORDERS, ROUND);
        CompletableFuture<Void> loading = CompletableFuture.runAsync(load);
        try {
            awaitInMillrace(1_000);
            one.kill();
            Map<TopicPartition, Long> then = LogEnds.of(kafkaAdmin, ORDERS);
            Awaitility.await("the other one has taken over")
                    .atMost(PATIENCE)
                    .until(() -> LogEnds.of(millraceAdmin, ORDERS).entrySet().stream()
                            .allMatch(end -> end.getValue() > then.get(end.getKey())));
        } finally {
            load.stop();
        }
        loading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Awaitility.await("all is copied")
                .atMost(PATIENCE)
                .until(() -> LogEnds.of(millraceAdmin, ORDERS).equals(LogEnds.of(kafkaAdmin, ORDERS)));
        try (WholeTopic there = new WholeTopic(kafka.bootstrap(), ORDERS);
                WholeTopic here = new WholeTopic(millraceAt(), ORDERS)) {
            for (TopicPartition partition : there.partitions()) {
                assertEquals(
                        Optional.empty(),
                        WholeTopic.difference(there.records(partition), here.records(partition)),
                        partition::toString);
            }
        }
        two.kill();
    }

    private void awaitInMillrace(long records) {
        Awaitility.await("the target has " + records + " records")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> LogEnds.sum(millraceAdmin, ORDERS) >= records);
    }

    // ---- into a topic where others write, too

    private void intoOneTopic() throws Exception {
        millraceAdmin.createTopics(List.of(new NewTopic(ALL, 4, (short) 1))).all().get();
        AccessLoad others = new AccessLoad(millraceAt(), ALL, ROUND);
        CompletableFuture<Void> loading = CompletableFuture.runAsync(others);
        ToolProcess mirror = mirror(
                "merge",
                kafka.bootstrap(),
                millraceAt(),
                ORDERS,
                "topics.merge=orders",
                "topic.rename=(.*) -> all-$1");
        try {
            mirror.start();
            long then = LogEnds.sum(millraceAdmin, ALL);
            Awaitility.await().atMost(PATIENCE).until(() -> LogEnds.sum(millraceAdmin, ALL) > then + 1_500);
            mirror.kill();
            mirror.start();
        } finally {
            others.stop();
        }
        loading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Awaitility.await("all is merged").atMost(PATIENCE).until(this::isMerged);
        Map<TopicPartition, Long> ends = LogEnds.of(kafkaAdmin, ORDERS);
        for (int part = 0; part <= 20; part++) { // among them the first hundreds, where transactions' markers are
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            long at = part * 13L;
            ends.forEach((partition, end) -> positions.put(partition, new OffsetAndMetadata(Math.min(at, end))));
            kafkaAdmin.alterConsumerGroupOffsets("merged-" + part, positions).all().get();
        }
        try (WholeTopic there = new WholeTopic(kafka.bootstrap(), ORDERS, "read_committed");
                WholeTopic here = new WholeTopic(millraceAt(), ALL)) {
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> theirs = new HashMap<>();
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> ours = new HashMap<>();
            for (TopicPartition partition : there.partitions()) {
                theirs.put(partition, there.records(partition));
                ours.put(partition, merged(there, here, partition));
            }
            for (int part = 0; part <= 20; part++) {
                goesOn("merged-" + part, millraceAdmin, theirs, kafkaAdmin, ours);
            }
        }
        mirror.kill();
    }

    private boolean isMerged() {
        try (WholeTopic there = new WholeTopic(kafka.bootstrap(), ORDERS, "read_committed");
                WholeTopic here = new WholeTopic(millraceAt(), ALL)) {
            for (TopicPartition partition : there.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> theirs = there.records(partition);
                List<ConsumerRecord<byte[], byte[]>> ours = merged(there, here, partition);
                if (ours.size() < theirs.size()) {
                    return false;
                }
                assertEquals(Optional.empty(), WholeTopic.differenceButOffsets(theirs, ours), partition::toString);
            }
            return true;
        }
    }

    /** What has come from there: the others' records are younger. */
    private static List<ConsumerRecord<byte[], byte[]>> merged(
            WholeTopic there, WholeTopic here, TopicPartition partition) {
        Set<Long> times = new HashSet<>();
        there.records(partition).forEach(record -> times.add(record.timestamp()));
        List<ConsumerRecord<byte[], byte[]>> ours = here.records(new TopicPartition(ALL, partition.partition()));
        ours.removeIf(record -> !times.contains(record.timestamp()));
        return ours;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
