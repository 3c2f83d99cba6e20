/**
 * The shared truth of the cluster, and this broker's immutable picture of it.
 *
 * <p>Knows brokers, topics, partition states, configs, and how topics are created, grown and deleted. Does not know
 * where the truth is kept ({@code cluster.zk} does), nor logs, replicas, requests or sockets. Calls nobody: news goes out
 * as a {@link io.millrace.broker.cluster.ClusterView} and through {@link io.millrace.broker.cluster.ClusterListener}.
 * May import: protocol (values), config, metrics. Start at {@link io.millrace.broker.cluster.ClusterStore}, then {@link
 * io.millrace.broker.cluster.ClusterView} and {@link io.millrace.broker.cluster.TopicChanges}.
 */
package io.millrace.broker.cluster;
