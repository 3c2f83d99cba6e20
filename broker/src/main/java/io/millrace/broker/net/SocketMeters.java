package io.millrace.broker.net;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Pace;

/**
 * What the connections of one listener on one event loop do: Kafka's socket-server-metrics.
 *
 * <p>Threading: counted on the event loop, read by any thread.
 */
final class SocketMeters {
    private final String listener;
    private final int loop;
    private final Pace opened;
    private final Pace closed;
    private final Pace requests;
    private final Pace bytesIn;
    private final Pace responses;
    private final Pace bytesOut;
    private final ClientSoftware software = new ClientSoftware();
    private volatile long largestRequest; // written by the event loop alone

    SocketMeters(Metrics metrics, String listener, int loop) {
        this.listener = listener;
        this.loop = loop;
        this.opened = metrics.pace();
        this.closed = metrics.pace();
        this.requests = metrics.pace();
        this.bytesIn = metrics.pace();
        this.responses = metrics.pace();
        this.bytesOut = metrics.pace();
    }

    void opened() {
        opened.add(1);
    }

    void closed() {
        closed.add(1);
    }

    void request(long bytes) {
        requests.add(1);
        bytesIn.add(bytes);
        if (bytes > largestRequest) {
            largestRequest = bytes;
        }
    }

    void response(long bytes) {
        responses.add(1);
        bytesOut.add(bytes);
    }

    String listener() {
        return listener;
    }

    int loop() {
        return loop;
    }

    Pace opens() {
        return opened;
    }

    Pace closes() {
        return closed;
    }

    Pace requests() {
        return requests;
    }

    Pace bytesIn() {
        return bytesIn;
    }

    Pace responses() {
        return responses;
    }

    Pace bytesOut() {
        return bytesOut;
    }

    /** Which client libraries are connected. */
    ClientSoftware software() {
        return software;
    }

    long largestRequest() {
        return largestRequest;
    }

    /** Open now; the two counts are not read at the same moment. */
    long connections() {
        return Math.max(0, opened.total() - closed.total());
    }
}
