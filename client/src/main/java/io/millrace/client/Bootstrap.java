package io.millrace.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How a client finds the first broker, and finds one again when it has lost all that it knew. A list of addresses is
 * one way; a registry such as ZooKeeper is another, in a module of its own.
 *
 * <p>Threading: asked by the I/O thread, so that it must not wait; the stage may complete on any thread.
 */
@FunctionalInterface
public interface Bootstrap {
    /** Addresses to try, in any order. Asked for anew each time the client has lost every broker. */
    CompletionStage<List<BrokerAddress>> addresses();

    /** Lets go of what stands behind it; called by the client that it was given to, once. */
    default void close() {}

    /** A fixed list. */
    static Bootstrap of(List<BrokerAddress> addresses) {
        List<BrokerAddress> fixed = List.copyOf(addresses);
        return () -> CompletableFuture.completedStage(fixed);
    }
}
