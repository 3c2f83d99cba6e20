package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoriesTest {
    @TempDir
    Path temp;

    private static void refused(String expected, Executable start) {
        String message = assertThrows(UnusableDirectoryException.class, start).getMessage();
        assertTrue(message.contains(expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void aDirectoryServesOneBrokerAtATime() {
        Path path = temp.resolve("data");
        LogDirectories first = LogDirectories.lock(List.of(path));
        refused(path + " is in use by another broker", () -> LogDirectories.lock(List.of(path)));
        first.close();
        LogDirectories.lock(List.of(path)).close();
    }

    @Test
    void aLockFileThatNobodyHoldsIsNoObstacle() throws Exception {
        Files.writeString(temp.resolve(".lock"), "left behind");
        LogDirectories.lock(List.of(temp)).close();
    }

    @Test
    void oneLockedDirectoryRefusesAllAndHoldsNone() {
        LogDirectories other = LogDirectories.lock(List.of(temp.resolve("b")));
        refused("in use", () -> LogDirectories.lock(List.of(temp.resolve("a"), temp.resolve("b"))));
        LogDirectories.lock(List.of(temp.resolve("a"))).close();
        other.close();
    }

    @Test
    void theFirstBrokerLeavesItsNameAsKafkaWritesIt() throws Exception {
        try (LogDirectories directories = LogDirectories.lock(List.of(temp))) {
            assertEquals(Optional.empty(), directories.storedBrokerId());
            directories.claim(3, "cluster-x");
        }
        assertEquals(
                "version=0\nbroker.id=3\ncluster.id=cluster-x\n", Files.readString(temp.resolve("meta.properties")));
        try (LogDirectories directories = LogDirectories.lock(List.of(temp))) {
            assertEquals(Optional.of(3), directories.storedBrokerId());
            assertEquals(Optional.of("cluster-x"), directories.storedClusterId());
            directories.claim(3, "cluster-x");
        }
    }

    @Test
    void anotherBrokersDirectoryIsRefused() {
        try (LogDirectories directories = LogDirectories.lock(List.of(temp))) {
            directories.claim(3, "x");
        }
        try (LogDirectories directories = LogDirectories.lock(List.of(temp))) {
            refused("belongs to broker 3, this is broker 4", () -> directories.claim(4, "x"));
            refused("belongs to cluster x, this is cluster y", () -> directories.claim(3, "y"));
        }
    }

    @Test
    void whatKafkaWroteWithoutZooKeeperIsUnderstood() throws Exception {
        Files.writeString(
                temp.resolve("meta.properties"), "#Sun\nnode.id=5\ndirectory.id=abc\nversion=1\ncluster.id=q\n");
        try (LogDirectories directories = LogDirectories.lock(List.of(temp))) {
            assertEquals(Optional.of(5), directories.storedBrokerId());
            directories.claim(5, "q");
        }
        assertTrue(Files.readString(temp.resolve("meta.properties")).contains("directory.id=abc"), "left as it was");
    }

    @Test
    void aBrokenMetaFileIsNamed() throws Exception {
        Files.writeString(temp.resolve("meta.properties"), "broker.id=one\n");
        refused("meta.properties", () -> LogDirectories.lock(List.of(temp)));
        Files.delete(temp.resolve("meta.properties"));
        LogDirectories.lock(List.of(temp)).close();
    }

    @Test
    void aMetaFileOfANewerVersionIsRefusedAndLeftAsItIs() throws Exception {
        Path file = temp.resolve("meta.properties");
        String newer = "version=2\nbroker.id=1\ncluster.id=q\n";
        Files.writeString(file, newer);
        refused("is of version 2", () -> LogDirectories.lock(List.of(temp)));
        assertEquals(newer, Files.readString(file));
    }

    @Test
    void aPlaceThatIsNoDirectoryIsRefused() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "");
        refused("Log directory " + file + " cannot be used", () -> LogDirectories.lock(List.of(file)));
    }

    @Test
    void oneUnusableDirectoryOfTwoIsOffline() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "");
        Disks disks = new Disks(temp.resolve("good"), file);
        try (Logs logs = disks.open()) {
            assertFalse(logs.isCleanStart());
            assertEquals(
                    List.of(true, false),
                    logs.directories().stream()
                            .map(Logs.DirectoryStatus::isOnline)
                            .toList());
            assertEquals(temp.resolve("good"), disks.log(logs).directory());
        }
    }
}
