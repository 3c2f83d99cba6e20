/**
 * The consumer: positions, groups, and records that were fetched ahead within a bound of bytes.
 *
 * <p>Fetching, heartbeats and membership belong to the client's I/O thread; the application's thread takes what has been
 * fetched and tells what to do. May import: {@code client.net}, {@code client}, {@code protocol}; not Netty. Start at {@link
 * io.millrace.client.consumer.Consumer}; then {@link io.millrace.client.consumer.Fetcher} for what is read, {@link
 * io.millrace.client.consumer.Membership} and {@link io.millrace.client.consumer.Rebalancing} for who reads it.
 */
package io.millrace.client.consumer;
