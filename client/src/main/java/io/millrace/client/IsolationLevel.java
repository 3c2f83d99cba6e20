package io.millrace.client;

/** {@code isolation.level}: what is seen of transactions (KIP-98). */
public enum IsolationLevel {
    /** All records, those of aborted and open transactions included. */
    READ_UNCOMMITTED(0),
    /** Records up to the first open transaction, those of aborted ones left out. */
    READ_COMMITTED(1);

    private final byte code;

    IsolationLevel(int code) {
        this.code = (byte) code;
    }

    /** As requests carry it. */
    public byte code() {
        return code;
    }
}
