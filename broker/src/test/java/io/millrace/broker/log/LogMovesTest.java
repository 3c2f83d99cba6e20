package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves as they are asked for, with what a directory tells of them. */
class LogMovesTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    @TempDir
    private Path temp;

    private Path a;
    private Path b;
    private Path c;
    private Disks disks;
    private Logs logs;

    @BeforeEach
    void open() {
        a = temp.resolve("a");
        b = temp.resolve("b");
        c = temp.resolve("c");
        disks = new Disks(a, b, c);
        logs = disks.openInOneThread();
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private Log create(TopicPartition partition) {
        Log log = logs.getOrCreate(partition, new Uuid(1, 2), disks.config().defaults(), true);
        log.append(Batches.of(0, 0, 5, 1000));
        return log;
    }

    private Logs.DirectoryStatus status(Path directory) {
        return logs.directories().stream()
                .filter(each -> each.path().equals(directory))
                .findFirst()
                .orElseThrow();
    }

    private long copies(Path directory) throws IOException {
        return Disks.names(directory).stream()
                .filter(name -> name.endsWith("-future"))
                .count();
    }

    @Test
    void aMoveIsShownUntilItIsOver() throws IOException {
        Log log = create(T0);
        assertEquals(a, log.directory());
        logs.move(T0, b);
        assertEquals(List.of(new Logs.Arriving(T0, 0, 5)), status(b).arriving());
        assertEquals(1, copies(b));
        logs.moves().start();
        assertEquals(b, log.directory());
        assertEquals(List.of(), status(b).arriving());
        assertEquals(List.of(log), status(b).logs());
        assertEquals(List.of(), status(a).logs());
        assertEquals(0, copies(b));
        create(T1);
        assertEquals(a, logs.get(T1).orElseThrow().directory(), "where the fewest lie");
        logs.move(T0, c);
        assertEquals(c, log.directory());
    }

    @Test
    void thePlaceMayBeChosenAnewUntilItIsReached() throws IOException {
        Log log = create(T0);
        logs.move(T0, b);
        logs.move(T0, b);
        assertEquals(1, copies(b));
        logs.move(T0, c);
        assertEquals(0, copies(b));
        assertEquals(1, copies(c));
        logs.move(T0, a);
        assertEquals(0, copies(c));
        logs.moves().start();
        assertEquals(a, log.directory());
    }

    @Test
    void whatCannotBeIsRefused() {
        create(T0);
        LogTest.assertError(ErrorCode.LOG_DIR_NOT_FOUND, () -> logs.move(T0, temp.resolve("d")));
        LogTest.assertError(ErrorCode.LOG_DIR_NOT_FOUND, () -> logs.move(T0, Path.of("b")));
        disks.directory(b).takeOffline("test", new IOException("test"));
        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> logs.move(T0, b));
        disks.directory(a).takeOffline("test", new IOException("test"));
        LogTest.assertError(ErrorCode.KAFKA_STORAGE_ERROR, () -> logs.move(T0, c));
    }

    @Test
    void aPartitionThatComesLaterLiesWhereItWasToldTo() {
        LogTest.assertError(ErrorCode.REPLICA_NOT_AVAILABLE, () -> logs.move(T0, c));
        LogTest.assertError(ErrorCode.REPLICA_NOT_AVAILABLE, () -> logs.move(T1, b));
        disks.directory(b).takeOffline("test", new IOException("test"));
        assertEquals(c, create(T0).directory());
        assertEquals(a, create(T1).directory(), "what it was told is offline");
        logs.delete(T0);
        assertEquals(c, create(T0).directory(), "now because fewest lie there");
    }

    @Test
    void aPartitionThatGoesMovesNoMore() throws IOException {
        create(T0);
        create(T1);
        logs.move(T0, c);
        logs.move(T1, c);
        logs.delete(T0);
        logs.setAside(T1);
        assertEquals(0, copies(c));
        logs.moves().start();
        assertEquals(List.of(), logs.all().stream().toList());
        assertEquals(List.of(), status(c).arriving());
    }

    @Test
    void whatWasAskedForBeforeAStopGoesOnAfterIt() throws IOException {
        TopicPartition longName = new TopicPartition("n".repeat(249), 3);
        create(longName);
        create(T0);
        logs.move(longName, c);
        logs.move(T0, c);
        logs.close();
        logs = disks.openInOneThread();
        assertEquals(2, copies(c) - 2, "begun anew, the old ones go");
        disks.background.runDue();
        assertEquals(2, copies(c));
        logs.moves().start();
        assertEquals(c, logs.get(longName).orElseThrow().directory());
        assertEquals(c, logs.get(T0).orElseThrow().directory());
        assertEquals(5, logs.get(T0).orElseThrow().endOffset());
    }

    @Test
    void aCopyOfNothingGoes() throws IOException {
        create(T0);
        logs.move(T0, b);
        logs.close();
        PartitionDirectory.remove(a.resolve("t-0"));
        logs = disks.openInOneThread();
        disks.background.runDue();
        assertEquals(0, copies(b));
        assertTrue(logs.get(T0).isEmpty());
    }

    @Test
    void movesKeepToTheirRate() {
        logs.moveThrottle().limit(0);
        Log log = create(T0);
        logs.move(T0, b);
        logs.moves().start();
        assertEquals(a, log.directory());
        disks.clock.advance(500);
        disks.background.runDue();
        assertEquals(a, log.directory());
        logs.moveThrottle().limit(Long.MAX_VALUE);
        disks.clock.advance(500);
        disks.background.runDue();
        assertEquals(b, log.directory());
        assertFalse(Files.exists(a.resolve("t-0")));
    }

    @Test
    void aFullDirectoryIsWaitedFor() {
        Log log = create(T0);
        disks.directory(b).ranFull("test");
        logs.move(T0, b);
        logs.moves().start();
        assertEquals(a, log.directory());
        disks.directory(b).hasRoom(1);
        disks.clock.advance(500);
        disks.background.runDue();
        assertEquals(b, log.directory());
    }
}
