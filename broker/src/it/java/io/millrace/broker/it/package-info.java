/**
 * Integration tests: the broker as a process of its own, used by real clients (kafka-clients, kcat) and by raw sockets.
 *
 * <p>Knows the command line and the wire, and nothing of the broker's classes: these tests would hold for any broker.
 * May import: kafka-clients, Awaitility, JUnit. Start at {@link io.millrace.broker.it.BrokerProcess}, then {@link
 * io.millrace.broker.it.ProduceConsumeIT}. {@link io.millrace.broker.it.MainJob} is also a program for people.
 */
package io.millrace.broker.it;
