/**
 * Clients of other ages: kafka-clients of old releases, each in a class loader of its own with the libraries of its own
 * time, in the same process as the tests.
 *
 * <p>{@link io.millrace.broker.it.age.Release} makes them. Tests speak to them through {@link
 * io.millrace.broker.it.age.Sender}, {@link io.millrace.broker.it.age.Poller} and {@link
 * io.millrace.broker.it.age.Administrator}, which know nothing but the JDK and so are the same class on both sides; the
 * classes whose names begin with Linked are compiled against today's kafka-clients and linked to the old ones. May
 * import: kafka-clients, in the Linked classes alone.
 */
package io.millrace.broker.it.age;
