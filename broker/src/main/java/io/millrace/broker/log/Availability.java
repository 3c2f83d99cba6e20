package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;

/**
 * Whether a log can be used, and what it answers when not.
 *
 * <p>Threading: any; it ends once.
 */
final class Availability {
    private enum State {
        OPEN,
        CLOSED,
        DELETED
    }

    private final TopicPartition partition;
    private final LogDirectory directory;
    private volatile State state = State.OPEN;

    Availability(TopicPartition partition, LogDirectory directory) {
        this.partition = partition;
        this.directory = directory;
    }

    /** Whether the log was neither closed nor deleted. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isWritable() {
        return state == State.OPEN && directory.isOnline();
    }

    /** Throws what to answer if the log was closed or deleted. */
    void requireOpen() {
        if (state != State.OPEN) {
            throw gone();
        }
    }

    /** Throws what to answer if the log was closed or deleted, or its directory is offline. */
    void requireWritable() {
        requireOpen();
        directory.requireOnline();
    }

    /** Closes or deletes it. False if it was not open any more. The caller holds the log's lock. */
    boolean end(boolean deleted) {
        if (state != State.OPEN) {
            return false;
        }
        state = deleted ? State.DELETED : State.CLOSED;
        return true;
    }

    /** What to answer after an I/O error: it is the disk's fault, unless files were closed under the operation. */
    ApiException failed(String operation, IOException error) {
        return state == State.OPEN ? diskFailed(operation, error) : gone();
    }

    /** What to answer after an I/O error that is the disk's fault for sure. */
    ApiException diskFailed(String operation, IOException error) {
        return directory.fail(operation + " " + partition, error);
    }

    private ApiException gone() {
        return state == State.DELETED
                ? new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, partition + " was deleted")
                : new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "The log of " + partition + " is closed");
    }
}
