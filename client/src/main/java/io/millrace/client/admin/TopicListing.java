package io.millrace.client.admin;

import io.millrace.protocol.Uuid;

/**
 * A topic in a list.
 *
 * @param id {@link Uuid#ZERO} with brokers that know no ids
 * @param internal whether it is the brokers' own, such as {@code __consumer_offsets}
 */
public record TopicListing(String name, Uuid id, boolean internal, int partitions) {}
