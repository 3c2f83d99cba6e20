/**
 * An optional module: the brokers of a cluster are found where they register, in ZooKeeper, so that one configuration
 * fits every host and stays right when brokers come and go.
 *
 * <p>Knows {@code /brokers/ids} and what brokers write there. No session is kept: one is opened for each look-up and
 * closed behind it. May import: {@code io.millrace.client}, ZooKeeper, Jackson's streaming core. Start at {@link
 * io.millrace.client.zookeeper.ZooKeeperBootstrap}.
 */
package io.millrace.client.zookeeper;
