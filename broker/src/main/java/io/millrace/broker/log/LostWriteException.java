package io.millrace.broker.log;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * What was written may never reach the disk, or what should not be in a file is: nothing that is written there later can
 * be vouched for. Unlike a disk that is full, this is not made good by waiting.
 */
final class LostWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    LostWriteException(String message, IOException cause) {
        super(message, cause);
    }

    /**
     * Brings a file to the disk for good.
     *
     * @param withMetadata whether all about the file goes there too, not only what reading it needs
     * @throws LostWriteException if it cannot be: the system forgets after such a failure what it had not written, so
     *     that a second try would succeed and prove nothing
     */
    static void force(FileChannel file, boolean withMetadata) throws LostWriteException {
        try {
            file.force(withMetadata);
        } catch (IOException e) {
            throw new LostWriteException("fsync failed: " + e.getMessage(), e);
        }
    }
}
