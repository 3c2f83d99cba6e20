package io.millrace.client.admin;

/** Who shall be elected, with the protocol's numbers (KIP-460). */
public enum Election {
    /** The first of a partition's replicas, if it is in sync. */
    PREFERRED(0),
    /** Any replica that is up, if no replica in sync is: records that only those had are lost. */
    UNCLEAN(1);

    private final byte code;

    Election(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }
}
