package io.millrace.broker.cluster.zk;

/** A znode's value cannot be used. The message completes the sentence "The znode ...". */
class CorruptNodeException extends Exception {
    CorruptNodeException(String what) {
        super(what, null, false, false);
    }
}
