package io.millrace.client.consumer;

/** {@code isolation.level}: what a consumer sees of transactions (KIP-98). */
public enum IsolationLevel {
    /** All records, those of aborted and open transactions included. */
    READ_UNCOMMITTED,
    /** Records up to the first open transaction, those of aborted ones left out. */
    READ_COMMITTED;

    byte code() {
        return (byte) ordinal();
    }
}
