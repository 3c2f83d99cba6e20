package io.millrace.broker.cluster.zk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells whose data lie in a directory: those of a server that ran alone, or those of a member of an ensemble. Taking the
 * one for the other would let a server speak for a cluster whose truth it does not have.
 *
 * <pre>
 *   version-2/               snapshots and transaction logs
 *   version-2/currentEpoch   a member's alone
 *   myid                     which member
 *   ensemble                 put there by an operator: these data are to become those of a member
 * </pre>
 */
final class ServerData {
    private static final String FILES = "version-2";
    private static final String MEMBERS_OWN = "currentEpoch";
    private static final String MEMBER_ID = "myid";
    private static final String CONSENT = "ensemble";

    private final Path directory;

    ServerData(Path directory) {
        this.directory = directory;
    }

    /** For a server that runs alone. */
    void requireAlone() throws IOException {
        if (Files.exists(directory.resolve(FILES).resolve(MEMBERS_OWN))) {
            throw new IOException("The ZooKeeper data in " + directory + " are those of a member of an ensemble: set "
                    + ZkConfig.EMBEDDED_ENSEMBLE.name() + " as before");
        }
    }

    /** For a member; a new directory is made its own. */
    void requireMember(int id) throws IOException {
        boolean isMembers = Files.exists(directory.resolve(FILES).resolve(MEMBERS_OWN));
        if (!isMembers && hasFiles() && !Files.exists(directory.resolve(CONSENT))) {
            throw new IOException("The ZooKeeper data in " + directory + " are those of a server that ran alone."
                    + " To make an ensemble of it copy the directory to all members and put an empty file '" + CONSENT
                    + "' into each copy");
        }
        Path own = directory.resolve(MEMBER_ID);
        if (Files.exists(own)) {
            String found = Files.readString(own).trim();
            if (!found.equals(String.valueOf(id))) {
                throw new IOException("The ZooKeeper data in " + directory + " are those of member " + found
                        + " of the ensemble, not " + id);
            }
        } else {
            Files.writeString(own, id + "\n");
        }
    }

    private boolean hasFiles() throws IOException {
        Path files = directory.resolve(FILES);
        if (!Files.isDirectory(files)) {
            return false;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(files)) {
            return all.iterator().hasNext();
        }
    }
}
