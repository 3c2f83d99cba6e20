package io.millrace.client.admin;

/** Whether records of transactions that have not been committed count, with the protocol's numbers by order. */
public enum IsolationLevel {
    READ_UNCOMMITTED,
    READ_COMMITTED
}
