/**
 * Brokers inside a test's JVM: real ones, on real sockets and files, that start in a fraction of a second and leave nothing
 * behind.
 *
 * <p>{@link io.millrace.testkit.MillraceTest} and {@link io.millrace.testkit.MillraceExtension} are for JUnit 5, {@link
 * io.millrace.testkit.MillraceCluster} for everybody else. Each cluster owns its ports, its directory and its part of
 * ZooKeeper, so that test classes may run side by side; only the ZooKeeper server is shared by all clusters of a JVM
 * ({@link io.millrace.testkit.SharedZooKeeper}). May import: {@code io.millrace.broker} (its front door, and the embedded
 * ZooKeeper), {@code io.millrace.client}; JUnit in the extension alone.
 */
package io.millrace.testkit;
