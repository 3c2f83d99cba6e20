/**
 * The figures of producers and consumers as meters of Micrometer, for applications that have it. Nothing else in this
 * library needs these classes, and without Micrometer on the class path they are never loaded.
 *
 * <p>May import: {@code client.producer}, {@code client.consumer} by their public types, and Micrometer. Start at {@link
 * io.millrace.client.micrometer.ProducerMeters} and {@link io.millrace.client.micrometer.ConsumerMeters}.
 */
package io.millrace.client.micrometer;
