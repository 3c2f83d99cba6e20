package io.millrace.broker.cluster.zk;

import org.apache.zookeeper.data.Stat;

/** A znode as it was read, or as it was written by a transaction that is done. */
final class Znode {
    private static final byte[] NOTHING = new byte[0];

    private final byte[] data;
    private final int version;
    private final long createdZxid;
    private final long owner;
    private final int children;

    private Znode(byte[] data, int version, long createdZxid, long owner, int children) {
        this.data = data;
        this.version = version;
        this.createdZxid = createdZxid;
        this.owner = owner;
        this.children = children;
    }

    static Znode read(byte[] data, Stat stat) {
        return new Znode(
                data == null ? NOTHING : data,
                stat.getVersion(),
                stat.getCzxid(),
                stat.getEphemeralOwner(),
                stat.getNumChildren());
    }

    /** Data that was just written, with the version that it has therefore. */
    static Znode written(byte[] data, int version) {
        return new Znode(data, version, 0, 0, 0);
    }

    /** Not copied: nobody changes it. */
    byte[] data() {
        return data;
    }

    /** Version of the data. */
    int version() {
        return version;
    }

    /** The transaction that made it; 0 for one that was written, not read. */
    long createdZxid() {
        return createdZxid;
    }

    /** Session of an ephemeral znode, 0 for others. */
    long owner() {
        return owner;
    }

    /** How many lie directly below it; 0 for one that was written, not read. */
    int children() {
        return children;
    }
}
