package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path disk;

    private LogDirectories directories;
    private LogDirectory directory;
    private long usable = 1000 * MIB;
    private long total = 100_000 * MIB;

    @BeforeEach
    void open() {
        directories = LogDirectories.lock(List.of(disk.resolve("data")));
        directory = directories.all().get(0);
    }

    @AfterEach
    void close() {
        directories.close();
    }

    private void look(long minFreeBytes) {
        new DiskWatch(minFreeBytes, path -> total, path -> usable).look(directory);
    }

    @Test
    void thereIsRoomForWhatLeavesTheFloorFree() {
        DiskWatch watch = new DiskWatch(100 * MIB, path -> total, path -> usable);
        assertTrue(watch.leavesRoom(disk, 900 * MIB));
        assertFalse(watch.leavesRoom(disk, 900 * MIB + 1));
    }

    @Test
    void producersAreRefusedBelowTheFloorAndLetInAgainAQuarterAboveIt() {
        usable = 100 * MIB;
        look(100 * MIB);
        assertDoesNotThrow(directory::requireRoom);
        usable--;
        look(100 * MIB);
        assertEquals(
                ErrorCode.KAFKA_STORAGE_ERROR,
                assertThrows(ApiException.class, directory::requireRoom).error());
        assertDoesNotThrow(directory::requireOnline, "everything else goes on");
        usable = 125 * MIB - 1;
        look(100 * MIB);
        assertTrue(directory.isFull());
        usable++;
        look(100 * MIB);
        assertFalse(directory.isFull());
        assertDoesNotThrow(directory::requireRoom);
    }

    @Test
    void theFloorIsByItself256MiBOrATwentiethOfASmallVolume() {
        usable = 256 * MIB;
        look(-1);
        assertFalse(directory.isFull());
        usable--;
        look(-1);
        assertTrue(directory.isFull());

        total = 100 * MIB;
        usable = 7 * MIB;
        look(-1);
        assertFalse(directory.isFull());
        usable = 5 * MIB - 1;
        look(-1);
        assertTrue(directory.isFull());
    }

    @Test
    void withoutAFloorOnlyTheDiskItselfSaysThatItIsFull() {
        usable = 0;
        look(0);
        assertFalse(directory.isFull());
        directory.fail("append to t-0", new IOException("No space left on device"));
        assertTrue(directory.isFull());
        assertTrue(directory.isOnline());
        usable = MIB - 1;
        look(0);
        assertTrue(directory.isFull());
        usable = MIB;
        look(0);
        assertFalse(directory.isFull());
    }

    @Test
    void whatIsNoLackOfSpaceTakesTheDirectoryOffline() {
        directory.fail("flush t-0", new LostWriteException("fsync failed", new IOException("No space left on device")));
        assertFalse(directory.isOnline(), "what an fsync lost does not come back with space");
        assertThrows(ApiException.class, directory::requireOnline);
    }

    @Test
    void aDirectoryThatIsGoneIsOfflineThoughItsOpenFilesStillTakeWrites() throws IOException {
        Files.move(disk.resolve("data"), disk.resolve("elsewhere"));
        look(0);
        assertFalse(directory.isOnline());
    }

    @Test
    void aDirectoryInWhosePlaceIsAnotherIsOffline() throws IOException {
        Files.move(disk.resolve("data"), disk.resolve("elsewhere"));
        Files.createDirectories(disk.resolve("data"));
        Files.createFile(disk.resolve("data").resolve(".lock"));
        look(0);
        assertFalse(directory.isOnline());
    }
}
