package io.millrace.client.admin;

/** Whether records of transactions that have not been committed count, with the protocol's numbers. */
public enum IsolationLevel {
    READ_UNCOMMITTED(0),
    READ_COMMITTED(1);

    private final byte code;

    IsolationLevel(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }
}
