/**
 * The way to brokers: sockets, frames, versions, and who leads what. The only room that knows Netty.
 *
 * <p>All state belongs to one {@link io.millrace.client.net.IoThread} per client; what other threads may call says so and
 * hands itself over. {@link io.millrace.client.net.Topology} is an immutable snapshot that any thread reads. May import:
 * {@code client}, {@code protocol}, Netty; never {@code producer}, {@code consumer}, {@code admin}. Start at {@link
 * io.millrace.client.net.ClusterClient}, then {@link io.millrace.client.net.Routing}.
 */
package io.millrace.client.net;
