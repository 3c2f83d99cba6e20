/**
 * The producer: records in, batches out, one outcome for each.
 *
 * <p>Callers' threads partition a record and write it into its partition's open batch, under that partition's lock; all
 * else (who leads, sending, answers, retries, time) belongs to the client's I/O thread. May import: {@code client.net},
 * {@code client}, {@code protocol}; not Netty. Start at {@link io.millrace.client.producer.Producer}.
 */
package io.millrace.client.producer;
