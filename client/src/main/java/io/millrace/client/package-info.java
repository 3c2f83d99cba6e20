/**
 * What all clients share: configuration with Kafka's names, addresses to begin with, and the one exception.
 *
 * <p>Owns no threads and no state: everything here is a value. May import: {@code protocol}. Start at {@link
 * io.millrace.client.ClientConfig}; {@link io.millrace.client.Settings} is how each room reads its own keys, {@link
 * io.millrace.client.Bootstrap} is the seam for other ways to find a cluster than a list of addresses.
 */
package io.millrace.client;
