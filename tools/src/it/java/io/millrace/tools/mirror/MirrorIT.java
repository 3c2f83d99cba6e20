package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.tools.Typed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two clusters and a mirror, each a process that is killed: afterwards every record is there once, at its own offset. */
class MirrorIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String ACCESS = "access";
    private static final String KEYED = "keyed";
    private static final long TRIMMED = 5;

    @TempDir
    private Path directory;

    private final int sourcePort = ToolProcess.freePort();
    private final int targetPort = ToolProcess.freePort();
    private ToolProcess source;
    private ToolProcess target;
    private ToolProcess mirror;
    private Admin sourceAdmin;
    private Admin targetAdmin;

    @BeforeEach
    void start() throws Exception {
        source = broker("source", sourcePort);
        target = broker("target", targetPort);
        sourceAdmin = Admin.create(Map.of("bootstrap.servers", sourceAt()));
        targetAdmin = Admin.create(Map.of("bootstrap.servers", targetAt()));
        mirror = tool(
                "mirror",
                "run",
                "--source",
                sourceAt(),
                "--target",
                targetAt(),
                "--set",
                "refresh.ms=500",
                "--set",
                "groups.interval.ms=300",
                "--set",
                "topics.exclude=private.*");
    }

    private ToolProcess broker(String name, int port) throws Exception {
        return ToolProcess.broker(
                Files.createDirectories(directory.resolve(name)), port, "offsets.topic.num.partitions=3",
                "log.cleaner.backoff.ms=200",
                "group.initial.rebalance.delay.ms=0");
    }

    private String sourceAt() {
        return "127.0.0.1:" + sourcePort;
    }

    private String targetAt() {
        return "127.0.0.1:" + targetPort;
    }

    private ToolProcess tool(String... arguments) {
        return new ToolProcess(
                directory.resolve(String.join("-", List.of(arguments).subList(0, 2))),
                "io.millrace.tools.Millrace",
                arguments);
    }

    private ToolProcess run(String... arguments) {
        ToolProcess tool = tool(arguments).start();
        assertEquals(0, tool.awaitExit(), tool::said);
        saysNothingOfItsLogging(tool);
        return tool;
    }

    private static void saysNothingOfItsLogging(ToolProcess tool) {
        assertTrue(!tool.said().contains("SLF4J"), tool::said);
    }

    @AfterEach
    void stop() {
        sourceAdmin.close();
        targetAdmin.close();
        for (ToolProcess process : List.of(mirror, source, target)) {
            process.close();
        }
    }

    @Test
    void everyRecordIsThereOnceAtItsOffsetWhateverIsKilledAndGroupsGoOnAtTheNextOne() throws Exception {
        sourceAdmin
                .createTopics(List.of(
                        new NewTopic(ACCESS, 3, (short) 1).configs(Map.of("retention.ms", "-1")),
                        new NewTopic("private-1", 1, (short) 1),
                        compacted()))
                .all()
                .get();
        fillAndCompact();
        mirror.start().awaitLine("Creates topic access");
        saysNothingOfItsLogging(mirror);
        underLoad();
        awaitCopied();
        mirror.kill(); // a mirror that is begun anew copies nothing twice
        mirror.start();
        groupMoves();
        settingsAndPartitionsFollow();
        compare(ACCESS);
        compare(KEYED);
        assertTrue(!targetAdmin.listTopics().names().get().contains("private-1"));
        noLoop();
        promote();
        failback();
        examplesOfHelp();
    }

    private static NewTopic compacted() {
        return new NewTopic(KEYED, 1, (short) 1)
                .configs(Map.of(
                        "cleanup.policy", "compact,delete",
                        "retention.ms", "-1",
                        "segment.bytes", "20000",
                        "min.cleanable.dirty.ratio", "0.01"));
    }

    /** Few keys, so that compaction leaves gaps; and the first records are deleted. */
    private void fillAndCompact() throws Exception {
        TopicPartition keyed = new TopicPartition(KEYED, 0);
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(sourceAt(), Map.of("batch.size", "500"))) {
            for (int i = 0; i < 3000; i++) {
                producer.send(new ProducerRecord<>(KEYED, bytes("key " + i % 7), bytes("value " + i)));
            }
        }
        Awaitility.await("compaction").atMost(PATIENCE).until(() -> {
            try (WholeTopic topic = new WholeTopic(sourceAt(), KEYED)) {
                return topic.records(keyed).size() < 2500;
            }
        });
        sourceAdmin
                .deleteRecords(Map.of(keyed, org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(TRIMMED)))
                .all()
                .get();
    }

    private void underLoad() throws Exception {
        AccessLoad load = new AccessLoad(sourceAt(), ACCESS);
        CompletableFuture<Void> loading = CompletableFuture.runAsync(load);
        try {
            awaitEnd(2_000);
            mirror.kill();
            mirror.start();
            awaitEnd(targetEnd() + 2_000);
            source.kill();
            source.start().awaitLine("Millrace ready");
            awaitEnd(targetEnd() + 2_000);
            target.kill();
            target.start().awaitLine("Millrace ready");
            awaitEnd(targetEnd() + 2_000);
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
                .until(() -> targetEnd() >= records);
    }

    private long targetEnd() throws Exception {
        return LogEnds.sum(targetAdmin, ACCESS);
    }

    private void awaitCopied() {
        for (String topic : List.of(ACCESS, KEYED)) {
            Awaitility.await(topic + " is copied")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .until(() -> LogEnds.of(sourceAdmin, topic).equals(LogEnds.of(targetAdmin, topic)));
        }
    }

    private void compare(String topic) {
        try (WholeTopic there = new WholeTopic(sourceAt(), topic);
                WholeTopic here = new WholeTopic(targetAt(), topic)) {
            assertEquals(there.ends(), here.ends());
            assertEquals(there.starts(), here.starts());
            for (TopicPartition partition : there.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> records = there.records(partition);
                List<ConsumerRecord<byte[], byte[]>> copies = here.records(partition);
                if (topic.equals(KEYED)) { // each side compacts by itself, and may be ahead of the other
                    Set<Long> both = new java.util.HashSet<>(
                            records.stream().map(ConsumerRecord::offset).toList());
                    both.retainAll(copies.stream().map(ConsumerRecord::offset).toList());
                    assertTrue(both.size() >= 7, () -> "only " + both);
                    records.removeIf(its -> !both.contains(its.offset()));
                    copies.removeIf(its -> !both.contains(its.offset()));
                }
                assertEquals(Optional.empty(), WholeTopic.difference(records, copies), partition::toString);
            }
        }
    }

    private void groupMoves() throws Exception {
        Map<String, String> settings = Map.of("group.id", "readers", "enable.auto.commit", "false");
        Map<TopicPartition, Long> next = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = WholeTopic.consumer(sourceAt(), settings)) {
            consumer.subscribe(List.of(ACCESS));
            while (next.size() < 3) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(its -> next.put(new TopicPartition(its.topic(), its.partition()), its.offset() + 1));
            }
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            next.forEach((partition, offset) -> positions.put(partition, new OffsetAndMetadata(offset)));
            consumer.commitSync(positions);
        }
        Awaitility.await("positions are carried over")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> positions("readers").equals(next));
        try (KafkaConsumer<byte[], byte[]> consumer = WholeTopic.consumer(targetAt(), settings)) {
            consumer.subscribe(List.of(ACCESS));
            Map<TopicPartition, Long> first = new HashMap<>();
            Map<TopicPartition, Long> ends = LogEnds.of(targetAdmin, ACCESS);
            next.forEach((partition, offset) -> {
                if (offset.equals(ends.get(partition))) {
                    first.put(partition, offset); // has read all there is
                }
            });
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (first.size() < 3 && System.nanoTime() < deadline) {
                ConsumerRecords<byte[], byte[]> some = consumer.poll(Duration.ofMillis(200));
                some.forEach(
                        its -> first.putIfAbsent(new TopicPartition(its.topic(), its.partition()), its.offset()));
            }
            assertEquals(next, first);
        }
    }

    private Map<TopicPartition, Long> positions(String group) throws Exception {
        Map<TopicPartition, Long> positions = new HashMap<>();
        targetAdmin
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, position) -> positions.put(partition, position.offset()));
        return positions;
    }

    private void settingsAndPartitionsFollow() throws Exception {
        ConfigResource access = new ConfigResource(ConfigResource.Type.TOPIC, ACCESS);
        sourceAdmin
                .incrementalAlterConfigs(Map.of(
                        access,
                        List.of(new org.apache.kafka.clients.admin.AlterConfigOp(
                                new org.apache.kafka.clients.admin.ConfigEntry("retention.bytes", "123456789"),
                                org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET))))
                .all()
                .get();
        sourceAdmin
                .createPartitions(Map.of(ACCESS, NewPartitions.increaseTo(4)))
                .all()
                .get();
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(sourceAt(), Map.of())) {
            producer.send(new ProducerRecord<>(ACCESS, 3, null, bytes("in the new one")))
                    .get();
        }
        awaitCopied();
        Awaitility.await("settings").atMost(PATIENCE).until(() -> targetAdmin
                .describeConfigs(List.of(access))
                .all()
                .get()
                .get(access)
                .get("retention.bytes")
                .value()
                .equals("123456789"));
    }

    /** A mirror in the other direction that is told to copy everything copies nothing of what came from there. */
    private void noLoop() {
        ToolProcess back = run("mirror", "run", "--source", targetAt(), "--target", sourceAt(), "--dry-run");
        assertTrue(!back.said().contains("would copy"), back::said);
    }

    private void promote() throws Exception {
        ToolProcess status = run("mirror", "status", "--source", sourceAt(), "--target", targetAt(), "--topics", ACCESS);
        assertTrue(status.said().contains("mirrored"), status::said);
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(targetAt(), Map.of())) {
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(ACCESS, 0, null, bytes("no")))
                            .get());
            assertInstanceOf(PolicyViolationException.class, refused.getCause());
            assertTrue(refused.getMessage().contains("mirror promote access"), refused::getMessage);
        }
        long end = LogEnds.of(targetAdmin, ACCESS).get(new TopicPartition(ACCESS, 0));
        run("mirror", "promote", "--target", targetAt(), ACCESS);
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(targetAt(), Map.of())) {
            assertEquals(
                    end,
                    producer.send(new ProducerRecord<>(ACCESS, 0, null, bytes("yes")))
                            .get()
                            .offset());
        }
    }

    /** The old source becomes the mirror, and gets what was written since. */
    private void failback() throws Exception {
        mirror.kill();
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(sourceAt(), Map.of())) {
            producer.send(new ProducerRecord<>("private-1", bytes("not touched"))).get();
        }
        run("mirror", "failback", "--source", sourceAt(), "--target", targetAt(), ACCESS);
        try (KafkaProducer<byte[], byte[]> producer = AccessLoad.producer(sourceAt(), Map.of())) {
            assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>(ACCESS, bytes("no"))).get());
        }
        mirror = new ToolProcess(
                directory.resolve("mirror-back"),
                "io.millrace.tools.Millrace",
                "mirror",
                "run",
                "--source",
                targetAt(),
                "--target",
                sourceAt(),
                "--topics",
                ACCESS + ",orders,errors");
        targetAdmin
                .createTopics(List.of(new NewTopic("orders", 1, (short) 1), new NewTopic("errors", 1, (short) 1)))
                .all()
                .get();
        mirror.start();
        Awaitility.await("what was missing is copied back")
                .atMost(PATIENCE)
                .until(() -> LogEnds.of(sourceAdmin, ACCESS).equals(LogEnds.of(targetAdmin, ACCESS)));
        compare(ACCESS);
        ToolProcess again = tool("mirror", "failback", "--source", sourceAt(), "--target", targetAt(), KEYED)
                .start();
        assertEquals(1, again.awaitExit());
        assertTrue(again.said().contains("promote it first"), again::said);
    }

    /** All of them: a is the cluster from which the last mirror copies into b. What would go on for ever only rehearses. */
    private void examplesOfHelp() throws Exception {
        Awaitility.await("mirrors of orders and errors")
                .atMost(PATIENCE)
                .until(() -> sourceAdmin.listTopics().names().get().containsAll(List.of("orders", "errors")));
        Path file = directory.resolve("mirror.properties");
        Files.writeString(
                file,
                "source.bootstrap.servers=" + targetAt() + "\ntarget.bootstrap.servers=" + sourceAt()
                        + "\ntopics=access,orders,errors\n");
        List<String> lines = Typed.examples("mirror").stream()
                .map(line -> line.replace("a:9092", targetAt())
                        .replace("b:9092", sourceAt())
                        .replace("mirror.properties", file.toString()))
                .toList();
        assertTrue(lines.size() > 12, lines::toString);
        for (String line : lines) {
            if (line.startsWith("mirror run") || line.startsWith("mirror --config")) {
                Typed.run(directory, line.contains("--dry-run") ? line : line + " --dry-run", Set.of(0));
            } else if (line.startsWith("mirror status")) {
                Typed.run(directory, line, Set.of(0, 1));
            }
        }
        mirror.kill();
        type(lines, "mirror promote", true);
        type(lines, "mirror promote", false);
        type(lines, "mirror failback", true);
        type(lines, "mirror failback", false);
    }

    private void type(List<String> lines, String verb, boolean isRehearsal) {
        lines.stream()
                .filter(line -> line.startsWith(verb) && line.contains("--dry-run") == isRehearsal)
                .forEach(line -> Typed.run(directory, line, Set.of(0)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
