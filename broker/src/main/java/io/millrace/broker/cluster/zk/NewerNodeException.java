package io.millrace.broker.cluster.zk;

/** A znode was written by a newer version than this one: it is not to be replaced by what this one would make of it. */
final class NewerNodeException extends CorruptNodeException {
    NewerNodeException(String what) {
        super(what);
    }
}
