package io.millrace.broker.cluster.zk;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.persistence.Util;

/**
 * The files of a ZooKeeper server that it will not read again: those older than its three newest snapshots. ZooKeeper's
 * own purge prints what it deletes.
 */
final class OldFiles {
    private static final int SNAPSHOTS_KEPT = 3;
    private static final String SNAPSHOT = "snapshot";
    private static final String LOG = "log";

    private final FileTxnSnapLog files;

    OldFiles(FileTxnSnapLog files) {
        this.files = files;
    }

    void delete() throws IOException {
        List<File> kept = files.findNValidSnapshots(SNAPSHOTS_KEPT); // newest first
        if (kept.size() < SNAPSHOTS_KEPT) {
            return;
        }
        long oldest = Util.getZxidFromName(kept.get(SNAPSHOTS_KEPT - 1).getName(), SNAPSHOT);
        // The log that was begun before a snapshot may hold what came after it.
        Set<File> neededLogs = Set.of(files.getSnapshotLogs(oldest));
        File[] all = files.getSnapDir().listFiles();
        for (File file : all == null ? new File[0] : all) {
            String name = file.getName();
            if (isBefore(oldest, name, SNAPSHOT) || (isBefore(oldest, name, LOG) && !neededLogs.contains(file))) {
                Files.deleteIfExists(file.toPath());
            }
        }
    }

    private static boolean isBefore(long zxid, String name, String prefix) {
        long named = name.startsWith(prefix + ".") ? Util.getZxidFromName(name, prefix) : -1;
        return named >= 0 && named < zxid;
    }
}
