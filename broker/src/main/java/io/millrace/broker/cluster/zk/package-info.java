/**
 * ZooKeeper behind {@code cluster}: its paths and values, its sessions and watches, and a server to embed.
 *
 * <p>Knows the layout that Apache Kafka 3.x used. The only package that imports ZooKeeper, Curator and Jackson. May
 * import: cluster, protocol (values), config, metrics. Doors: {@link io.millrace.broker.cluster.zk.ZkClusterStore}, {@link
 * io.millrace.broker.cluster.zk.EmbeddedZooKeeper}, {@link io.millrace.broker.cluster.zk.EnsembleMember} and {@link
 * io.millrace.broker.cluster.zk.ZkConfig}. Start at the store, then {@code ZkConnection} (calls and sessions), {@code
 * ViewKeeper} (watches to view), and the classes ending in Node (one per kind of znode: path, encode, decode).
 */
package io.millrace.broker.cluster.zk;
