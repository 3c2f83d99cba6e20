package io.millrace.client.zookeeper;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * A ZooKeeper session for a few reads, with one deadline for all of them.
 *
 * <p>Threading: one thread, which waits; ZooKeeper's own two threads end with {@link #close}.
 */
final class Session implements AutoCloseable {
    /** Servers allow no less than twice their tick, which is 2 s as a rule. If a host dies it is left behind so long. */
    private static final int SESSION_TIMEOUT_MS = 6_000;

    /** The longest that saying goodbye takes; unsaid, the server lets the session expire. */
    private static final int CLOSE_TIMEOUT_MS = 2_000;

    private final long deadlineNs;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final ZooKeeper client;

    /** Begins to connect. */
    Session(String connect, Duration timeout) throws IOException {
        deadlineNs = System.nanoTime() + timeout.toNanos();
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, Integer.toString(CLOSE_TIMEOUT_MS));
        // A server that lost the others still has a list that is better than none: read-only will do.
        client = new ZooKeeper(connect, SESSION_TIMEOUT_MS, this::happened, true, config);
    }

    private void happened(WatchedEvent event) {
        switch (event.getState()) {
            case SyncConnected, ConnectedReadOnly -> connected.complete(null);
            case AuthFailed -> connected.completeExceptionally(KeeperException.create(KeeperException.Code.AUTHFAILED));
            default -> {} // it goes on trying until it is closed
        }
    }

    /** Waits for a server of the list to answer. Only then, since what is asked before fails with the first server. */
    void awaitConnected() throws KeeperException, InterruptedException, TimeoutException {
        await(connected);
    }

    CompletableFuture<List<String>> children(String path) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        client.getChildren(path, false, (code, p, context, names) -> complete(answer, code, p, names), null);
        return answer;
    }

    CompletableFuture<byte[]> data(String path) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        client.getData(path, false, (code, p, context, data, stat) -> complete(answer, code, p, data), null);
        return answer;
    }

    private static <T> void complete(CompletableFuture<T> answer, int code, String path, T value) {
        KeeperException.Code known = KeeperException.Code.get(code);
        if (known == KeeperException.Code.OK) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(KeeperException.create(known, path));
        }
    }

    /** Waits for an answer until the deadline of the session. */
    <T> T await(CompletableFuture<T> answer) throws KeeperException, InterruptedException, TimeoutException {
        try {
            return answer.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KeeperException refused) {
                throw refused;
            }
            throw new IllegalStateException("ZooKeeper's client failed", e);
        }
    }

    @Override
    public void close() {
        try {
            client.close(CLOSE_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
