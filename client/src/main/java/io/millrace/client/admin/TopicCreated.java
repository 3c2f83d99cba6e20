package io.millrace.client.admin;

import io.millrace.protocol.Uuid;

/**
 * A topic that has been created, or could be.
 *
 * @param id {@link Uuid#ZERO} if it was only checked, and with brokers that know no ids
 * @param partitions -1 with brokers that do not say
 * @param replicationFactor -1 with brokers that do not say
 */
public record TopicCreated(String name, Uuid id, int partitions, int replicationFactor) {}
