package io.millrace.client.testing;

/**
 * A cluster of one broker that runs as a process of its own, on one port and one data directory through all its lives.
 *
 * <p>Threading: one thread starts and ends it.
 */
public interface ClusterUnderTest extends AutoCloseable {
    String bootstrap();

    /** kill -9. */
    void kill();

    /** Starts it again where it was, and waits until it is ready. */
    void restart();

    /** Sends a signal by name, such as STOP or CONT. */
    void signal(String name);

    /** Ends it the hard way; its files are for the test's directory to delete. */
    @Override
    void close();
}
