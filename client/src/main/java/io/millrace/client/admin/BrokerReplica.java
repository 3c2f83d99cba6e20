package io.millrace.client.admin;

import io.millrace.protocol.TopicPartition;

/** A partition's replica at a broker. */
public record BrokerReplica(TopicPartition partition, int broker) {
    @Override
    public String toString() {
        return partition + " at broker " + broker;
    }
}
