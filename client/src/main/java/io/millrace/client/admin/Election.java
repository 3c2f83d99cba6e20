package io.millrace.client.admin;

/** Who shall be elected, with the protocol's numbers by order (KIP-460). */
public enum Election {
    /** The first of a partition's replicas, if it is in sync. */
    PREFERRED,
    /** Any replica that is up, if no replica in sync is: records that only those had are lost. */
    UNCLEAN
}
