package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
    @TempDir
    Path temp;

    private Path a;
    private Path b;

    private Disks twoDisks() {
        a = temp.resolve("a");
        b = temp.resolve("b");
        return new Disks(a, b);
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("t", number);
    }

    private static Log create(Logs logs, Disks disks, TopicPartition partition) {
        return logs.getOrCreate(partition, new Uuid(1, 2), disks.config().defaults(), true);
    }

    @Test
    void partitionsGoWhereTheFewestLie() {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            for (int i = 0; i < 7; i++) {
                create(logs, disks, partition(i));
            }
            List<Integer> sizes = logs.directories().stream()
                    .map(directory -> directory.logs().size())
                    .sorted()
                    .toList();
            assertEquals(List.of(3, 4), sizes);
        }
        try (Logs logs = disks.open()) {
            assertEquals(7, logs.all().size());
            Path fewer = logs.directories().stream()
                    .filter(directory -> directory.logs().size() == 3)
                    .findFirst()
                    .orElseThrow()
                    .path();
            assertEquals(fewer, create(logs, disks, partition(7)).directory());
        }
    }

    @Test
    void aPartitionKnowsItsTopicsId() throws Exception {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            assertEquals(
                    "version: 0\ntopic_id: " + new Uuid(1, 2),
                    Files.readString(log.directory().resolve("t-0").resolve("partition.metadata")));
            assertSame(log, create(logs, disks, partition(0)));
        }
        try (Logs logs = disks.open()) {
            assertEquals(new Uuid(1, 2), logs.get(partition(0)).orElseThrow().topicId());
            LogTest.assertError(
                    ErrorCode.INCONSISTENT_TOPIC_ID,
                    () -> logs.getOrCreate(
                            partition(0), new Uuid(3, 4), disks.config().defaults(), false));
        }
    }

    @Test
    void aTopicIdThatWasLostIsNotedAgain() throws Exception {
        Disks disks = twoDisks();
        Path metadata;
        try (Logs logs = disks.open()) {
            metadata =
                    create(logs, disks, partition(0)).directory().resolve("t-0").resolve("partition.metadata");
        }
        Files.delete(metadata);
        try (Logs logs = disks.open()) {
            assertTrue(logs.get(partition(0)).orElseThrow().topicId().isZero());
            assertEquals(new Uuid(1, 2), create(logs, disks, partition(0)).topicId());
            assertTrue(Files.exists(metadata));
        }
    }

    @Test
    void aStopIsCleanOnlyIfAllWereClosed() throws Exception {
        Disks disks = twoDisks();
        disks.open().close();
        assertEquals("{\"version\":0,\"brokerEpoch\":-1}", Files.readString(a.resolve(".kafka_cleanshutdown")));
        Logs logs = disks.open();
        assertTrue(logs.isCleanStart());
        assertFalse(Files.exists(a.resolve(".kafka_cleanshutdown")));
        disks.crash();
        try (Logs again = disks.open()) {
            assertFalse(again.isCleanStart());
        }
        try (Logs again = disks.open()) {
            assertTrue(again.isCleanStart());
        }
    }

    /** What the unclean one has cost may not be settled by then. */
    @Test
    void aStopInOrderDoesNotMakeAnUncleanOneForgotten() {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            assertTrue(logs.mayLackRecords(), "nobody knows of a stop in order");
            logs.settled();
        }
        Logs killed = disks.open();
        assertFalse(killed.mayLackRecords());
        disks.crash();
        disks.open().close();
        try (Logs logs = disks.open()) {
            assertTrue(logs.isCleanStart());
            assertTrue(logs.mayLackRecords());
            logs.settled();
            assertFalse(logs.mayLackRecords());
        }
        try (Logs logs = disks.open()) {
            assertFalse(logs.mayLackRecords());
        }
    }

    /** Somebody cut a file, or a disk forgot its end: a mark of a stop in order must not vouch for it. */
    @Test
    void aLogThatEndsInFrontOfWhereItWasClosedMakesAStartUnclean() throws Exception {
        Disks disks = twoDisks();
        Path file;
        try (Logs logs = disks.open()) {
            logs.settled();
            Log log = create(logs, disks, partition(0));
            log.append(Batches.of(0, 0, 2, 1));
            log.append(Batches.of(2, 0, 2, 1));
            file = SegmentFiles.path(log.directory().resolve("t-0"), 0, ".log");
        }
        try (Logs logs = disks.open()) {
            assertFalse(logs.mayLackRecords());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2); // behind a whole batch
        }
        try (Logs logs = disks.open()) {
            assertTrue(logs.mayLackRecords());
            assertFalse(logs.isCleanStart());
            assertEquals(2, logs.get(partition(0)).orElseThrow().endOffset());
        }
        try (Logs logs = disks.open()) {
            assertTrue(logs.mayLackRecords(), "until it is settled");
        }
    }

    @Test
    void aNotedStartBehindTheEndOfACleanStopIsNotBelieved() throws Exception {
        Disks disks = twoDisks();
        Path directory;
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            log.append(Batches.of(0, 0, 5, 1));
            directory = log.directory();
        }
        new OffsetCheckpoint(directory, OffsetCheckpoint.LOG_START).write(java.util.Map.of(partition(0), 900L));
        try (Logs logs = disks.open()) {
            assertEquals(0, logs.get(partition(0)).orElseThrow().startOffset());
            assertEquals(5, logs.get(partition(0)).orElseThrow().endOffset());
        }
    }

    @Test
    void closingOnceMoreVouchesForNothing() {
        Disks disks = twoDisks();
        Logs first = disks.open();
        first.close();
        Logs second = disks.open();
        first.close();

        assertFalse(Files.exists(a.resolve(".kafka_cleanshutdown")));
        second.close();
    }

    @Test
    void aDeletedPartitionIsGoneAtOnceAndItsFilesLater() throws Exception {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            log.append(Batches.of(0, 0, 3, 1));
            logs.delete(partition(0));
            logs.delete(partition(0));

            assertEquals(Optional.empty(), logs.get(partition(0)));
            List<String> left = partitionDirectories(log.directory());
            assertEquals(1, left.size());
            assertTrue(left.get(0).matches("t-0\\.[0-9a-f]{32}-delete"), left.toString());
            assertEquals(0, create(logs, disks, partition(0)).endOffset(), "the name is free again");

            disks.clock.advance(60_000);
            disks.background.runDue();
            assertEquals(
                    1, partitionDirectories(a).size() + partitionDirectories(b).size());
        }
    }

    /** The start is noted in one file, the recovery point in another, what is compacted in a third. */
    @Test
    void whatWasNotedOfADeletedPartitionDoesNotApplyToItsNamesake() {
        Disks disks = new Disks(temp.resolve("a"))
                .with("log.cleanup.policy", "compact")
                .with("log.segment.bytes", 400);
        Logs logs = disks.open();
        Log old = disks.log(logs);
        for (int i = 0; i < 100; i++) {
            old.append(Batches.of(i * 5L, 0, 5, 1));
        }
        old.advanceHighWatermark(500);
        old.deleteRecordsBefore(497);
        old.flush();
        logs.compactions().compactNeediest();
        create(logs, disks, partition(7)).append(Batches.of(0, 0, 3, 1));
        logs.housekeeping().noteWatermarks();
        logs.housekeeping().noteRecoveryPoints();
        disks.crash();
        logs = disks.open();
        assertEquals(497, disks.log(logs).startOffset(), "it is noted");

        logs.delete(Disks.ACCESS);
        Log young = disks.log(logs);
        List<ByteBuffer> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ByteBuffer batch = Batches.of(i * 5L, 0, 5, 1);
            young.append(batch);
            acknowledged.add(batch);
        }
        disks.crash(); // before anything is noted again
        logs = disks.open();

        Log again = disks.log(logs);
        assertEquals(0, again.startOffset());
        assertEquals(acknowledged, Disks.readAll(again));
        assertEquals(0, again.recoveryPoint());
        assertEquals(0, again.highWatermark());
        assertEquals(0, again.compaction().cleanUpTo());
        assertEquals(3, logs.get(partition(7)).orElseThrow().endOffset());
        logs.close();
    }

    @Test
    void aCheckpointThatCannotBeReadKeepsNoPartitionFromBeingMade() throws Exception {
        Disks disks = twoDisks();
        disks.open().close();
        for (Path directory : List.of(a, b)) {
            Files.writeString(directory.resolve(OffsetCheckpoint.LOG_START), "0\n1\nt 0 many\n");
        }
        try (Logs logs = disks.open()) {
            assertEquals(0, create(logs, disks, partition(0)).endOffset());
        }
    }

    @Test
    void whatADeletionLeftIsRemovedAtTheNextStart() throws Exception {
        Disks disks = twoDisks();
        Path left;
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            log.append(Batches.of(0, 0, 3, 1));
            logs.delete(partition(0));
            left = log.directory();
        }
        try (Logs logs = disks.open()) {
            assertTrue(logs.all().isEmpty());
            disks.background.runDue();
            assertEquals(List.of(), partitionDirectories(left));
        }
    }

    @Test
    void aPartitionThatIsSetAsideIsKeptAndNotOpenedAgain() throws Exception {
        Disks disks = twoDisks();
        Path directory;
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            log.append(Batches.of(0, 0, 3, 1));
            directory = log.directory();
            logs.setAside(partition(0));
            assertEquals(Optional.empty(), logs.get(partition(0)));
        }
        try (Logs logs = disks.open()) {
            assertTrue(logs.all().isEmpty());
            List<String> kept = partitionDirectories(directory);
            assertTrue(kept.get(0).matches("t-0\\.[0-9a-f]{32}-stray"), kept.toString());
            assertTrue(Files.size(SegmentFiles.path(directory.resolve(kept.get(0)), 0, ".log")) > 0);
        }
    }

    @Test
    void aPartitionInTwoDirectoriesRefusesTheStart() throws Exception {
        Disks disks = twoDisks();
        disks.open().close();
        Files.createDirectories(a.resolve("t-0"));
        Files.createDirectories(b.resolve("t-0"));

        UnusableDirectoryException refused = assertThrows(UnusableDirectoryException.class, disks::open);
        assertTrue(refused.getMessage().contains("t-0"), refused.getMessage());
        disks.crash();
    }

    @Test
    void otherDirectoriesAreLeftAlone() throws Exception {
        Disks disks = twoDisks();
        disks.open().close();
        for (String name : List.of("zookeeper", "lost+found", "no-number-x", "t-01", "t-1-", ".hidden")) {
            Files.createDirectories(a.resolve(name));
        }
        Files.writeString(a.resolve("file-0"), "not a directory");
        try (Logs logs = disks.open()) {
            assertTrue(logs.all().isEmpty(), logs.all().toString());
        }
        assertTrue(Files.exists(a.resolve("zookeeper")));
    }

    @Test
    void aDiskErrorTakesOneDirectoryOfflineAndTheRestWorksOn() throws Exception {
        Disks disks = twoDisks().with("log.segment.bytes", 400);
        Logs logs = disks.open();
        Log first = create(logs, disks, partition(0));
        Log second = create(logs, disks, partition(1));
        assertFalse(first.directory().equals(second.directory()));
        first.append(Batches.of(0, 0, 2, 1));
        second.append(Batches.of(0, 0, 2, 1));
        // the next roll finds a directory where its segment's file should be made, as on a disk that is broken
        Files.createDirectory(SegmentFiles.path(first.directory().resolve("t-0"), 2, ".log"));
        ByteBuffer large = Batches.of(2, 0, 10, 2);

        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> first.append(large));

        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> first.append(Batches.of(2, 0, 1, 2)));
        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, first::flush);
        assertEquals(1, Disks.readAll(first).size(), "what was stored stays readable");
        second.append(large);
        assertEquals(12, second.endOffset());
        assertEquals(
                List.of(false, true),
                logs.directories().stream()
                        .map(Logs.DirectoryStatus::isOnline)
                        .sorted()
                        .toList());
        assertEquals(second.directory(), create(logs, disks, partition(2)).directory(), "new ones go to the other");
        LogTest.assertError(
                ErrorCode.KAFKA_STORAGE_ERROR,
                () -> logs.getOrCreate(partition(3), Uuid.ZERO, disks.config().defaults(), false));

        logs.close();
        assertFalse(Files.exists(first.directory().resolve(".kafka_cleanshutdown")));
        assertTrue(Files.exists(second.directory().resolve(".kafka_cleanshutdown")));
        Files.delete(SegmentFiles.path(first.directory().resolve("t-0"), 2, ".log"));
        try (Logs again = disks.open()) {
            assertFalse(again.isCleanStart());
            assertEquals(2, again.get(partition(0)).orElseThrow().endOffset());
        }
    }

    @Test
    void aCheckpointThatCannotBeWrittenTakesItsDirectoryOffline() throws Exception {
        Disks disks = twoDisks();
        Logs logs = disks.open();
        Log log = create(logs, disks, partition(0));
        Files.createDirectories(
                log.directory().resolve("replication-offset-checkpoint").resolve("x"));

        logs.housekeeping().noteWatermarks();

        assertEquals(
                1,
                logs.directories().stream()
                        .filter(Logs.DirectoryStatus::isOnline)
                        .count());
        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> log.append(Batches.of(0, 0, 1, 1)));
        logs.close();
    }

    @Test
    void directoriesTellTheirVolumesSizes() {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            for (Logs.DirectoryStatus directory : logs.directories()) {
                assertTrue(directory.totalBytes() > 0);
                assertTrue(directory.usableBytes() >= 0);
            }
        }
    }

    @Test
    void housekeepingBeginsWhenToldTo() {
        Disks disks = twoDisks();
        try (Logs logs = disks.open()) {
            assertEquals(0, disks.background.periodicTasks());
            logs.startHousekeeping();
            assertEquals(6, disks.background.periodicTasks());
        }
    }

    @Test
    void idleProducersAreForgotten() {
        Disks disks = twoDisks().with("producer.id.expiration.ms", 1000);
        try (Logs logs = disks.open()) {
            Log log = create(logs, disks, partition(0));
            log.append(Batches.produced(0, 1, 7, 0, 0));
            disks.clock.advance(1000);
            logs.housekeeping().expireProducers();
            assertEquals(1, log.producers().active().size());
            disks.clock.advance(1);
            logs.housekeeping().expireProducers();
            assertEquals(0, log.producers().active().size());
        }
    }

    @Test
    void manyPartitionsComeBack() {
        Disks disks = twoDisks();
        Set<TopicPartition> all = new HashSet<>();
        try (Logs logs = disks.open()) {
            for (int i = 0; i < 300; i++) {
                all.add(partition(i));
                Log log = create(logs, disks, partition(i));
                if (i % 2 == 0) {
                    log.append(Batches.of(0, 0, i + 1, 1));
                }
            }
        }
        try (Logs logs = disks.open()) {
            assertTrue(logs.isCleanStart());
            Set<TopicPartition> found = new HashSet<>();
            for (Log log : logs.all()) {
                found.add(log.topicPartition());
                int number = log.topicPartition().partition();
                assertEquals(number % 2 == 0 ? number + 1 : 0, log.endOffset());
            }
            assertEquals(all, found);
        }
    }

    @Test
    void compactionsThatAStopInterruptedAreUndoneOrFinished() throws Exception {
        Disks disks = new Disks(temp.resolve("c")).with("log.segment.bytes", 150);
        Path directory = temp.resolve("c").resolve("access-0");
        ByteBuffer merged = Batches.join(Batches.of(0, 0, 2, 1), Batches.of(2, 0, 2, 1));
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            for (int i = 0; i < 4; i++) {
                log.append(Batches.of(i * 2L, 0, 2, 1));
            }
            assertEquals(4, log.segmentBases().size());
        }
        write(SegmentFiles.path(directory, 0, ".log.swap"), merged);
        write(SegmentFiles.path(directory, 4, ".log.cleaned"), ByteBuffer.allocate(10));
        write(SegmentFiles.path(directory, 6, ".log.swap"), ByteBuffer.allocate(10));
        write(SegmentFiles.path(directory, 90, ".log.deleted"), ByteBuffer.allocate(10));

        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            assertEquals(List.of(0L, 4L, 6L), log.segmentBases());
            assertEquals(4, Disks.readAll(log).size());
            assertTrue(Disks.names(directory).stream()
                    .noneMatch(name -> name.endsWith("swap") || name.endsWith("cleaned") || name.endsWith("deleted")));
        }
    }

    private static void write(Path file, ByteBuffer bytes) throws Exception {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    private static List<String> partitionDirectories(Path directory) throws Exception {
        return Disks.names(directory).stream()
                .filter(name -> PartitionDirectory.parse(name).isPresent())
                .toList();
    }
}
