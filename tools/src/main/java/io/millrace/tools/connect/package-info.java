/**
 * Which cluster a verb talks to, and how it asks it.
 *
 * <p>{@link io.millrace.tools.connect.ClusterOptions} is the mixin with {@code -b}, {@code --cluster} and their like; it opens
 * a {@link io.millrace.tools.connect.Cluster}, which waits for answers and turns their failures into {@link
 * io.millrace.tools.terminal.Failure}s that say what to do. May import: {@code terminal}, {@code client}, {@code
 * client.admin}, {@code client.zookeeper}, {@code protocol}.
 */
package io.millrace.tools.connect;
