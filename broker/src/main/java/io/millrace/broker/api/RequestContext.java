package io.millrace.broker.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a handler may know of a request beside its body.
 *
 * @param version of the request, one that its API serves
 * @param clientId as the client gave it; empty where it gave none
 * @param clientAddress where the client is
 * @param listener name of the listener it came in by
 * @param reachedAt the address of ours that the client connected to
 * @param home the event loop of the client's connection: for what never waits, one after the other
 */
public record RequestContext(
        short version,
        String clientId,
        InetAddress clientAddress,
        String listener,
        InetSocketAddress reachedAt,
        ScheduledExecutorService home) {

    /** The client's address without a port, as Kafka shows it: {@code /127.0.0.1}. */
    public String clientHost() {
        return "/" + clientAddress.getHostAddress();
    }

    /** Who sends it, as quotas know him. Nobody proves who he is yet. */
    public String user() {
        return "ANONYMOUS";
    }
}
