/**
 * Numbers and their names: knows no component. Rooms make their meters here, and nobody of them knows who reads them.
 *
 * <p>{@link io.millrace.broker.metrics.Metrics} is what a room is given: a Micrometer registry for what is counted and
 * timed, and {@link io.millrace.broker.metrics.Table} for what can be read off things that are there anyway, such as the
 * size of a log, and so needs no meter. {@link io.millrace.broker.metrics.KafkaName} is how both are called. {@link
 * io.millrace.broker.metrics.MBeans} shows them as JMX, {@link io.millrace.broker.metrics.Prometheus} as text.
 *
 * <p>May import: the JDK, Micrometer. Start at {@code Metrics}, then {@code LeanRegistry}, {@code Rates} and {@code
 * Spread}.
 */
package io.millrace.broker.metrics;
