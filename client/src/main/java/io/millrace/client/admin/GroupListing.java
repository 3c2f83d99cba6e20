package io.millrace.client.admin;

/**
 * A group in a list.
 *
 * @param protocolType {@code consumer} for consumers; empty for a group that only has positions
 * @param state such as Stable or Empty; empty with brokers that do not say (before KIP-518)
 * @param type such as classic; empty with brokers that do not say (before KIP-848)
 */
public record GroupListing(String id, String protocolType, String state, String type) {}
