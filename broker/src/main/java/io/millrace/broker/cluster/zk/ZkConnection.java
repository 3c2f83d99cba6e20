package io.millrace.broker.cluster.zk;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.ensemble.fixed.FixedEnsembleProvider;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ZooKeeper session after another, and asynchronous calls on them.
 *
 * <p>Curator keeps the session: it makes a new one when one expires. The calls are ZooKeeper's own, since their order is
 * what the view is built on: answers and watch events reach the event thread in the order in which the server sent them,
 * and the event of a write comes before its answer.
 *
 * <p>Threading: calls from any thread; answers and news on the event thread.
 */
final class ZkConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZkConnection.class);
    private static final int LARGEST_ANSWER = 64 << 20; // a list of children has no other bound
    private static final long CLOSE_TIMEOUT_MS = 2000;
    private static final long RETRY_MS = 100;

    /** In place of a session's id where there is none. */
    static final long NO_SESSION = 0;

    /** News of the connection; on the event thread. */
    interface Listener {
        /** Calls work from now on. Changes may have been missed, and watches are gone if the session is another. */
        void connected(long sessionId);

        /** Calls fail from now on. */
        default void disconnected() {}
    }

    private interface Call<T> {
        void on(ZooKeeper zooKeeper, CompletableFuture<T> answer);
    }

    private final ZkConfig config;
    private final ZkMeters meters;
    private final EventThread events;
    private final CuratorZookeeperClient curator;
    private final Queue<Attempt<?>> parked = new ArrayDeque<>(); // event thread only
    private final Map<String, Watcher> watchers = new HashMap<>(); // event thread only
    private final List<Listener> listeners = new ArrayList<>(); // event thread only
    private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
    private volatile boolean connected; // written by the event thread

    ZkConnection(ZkConfig config, EventThread events, ZkMeters meters) {
        this.meters = meters;
        this.config = config;
        this.events = events;
        ZKClientConfig client = new PlainClientConfig();
        client.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        client.setProperty(ZKClientConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        this.curator = new CuratorZookeeperClient(
                (address, timeoutMs, watcher, readOnly) -> new ZooKeeper(
                        address, timeoutMs, watcher, readOnly, new Servers(address, new Random()), client),
                new FixedEnsembleProvider(config.connect()),
                config.sessionTimeoutMs(),
                config.sessionTimeoutMs(), // Curator itself waits for no connection
                event -> events.execute(() -> sessionEvent(event.getState())),
                (retries, elapsedMs, sleeper) -> false, // nor does it retry
                false);
    }

    /** Begins to connect. The future completes when that is done the first time. */
    CompletableFuture<Void> open() throws IOException {
        try {
            curator.start();
        } catch (Exception e) {
            throw new IOException("Cannot start a ZooKeeper client for " + config.connect() + ": " + e.getMessage(), e);
        }
        return firstConnection;
    }

    /** Adds a listener, which is told at once if there is a connection; on the event thread. */
    void listen(Listener listener) {
        listeners.add(listener);
        if (connected) {
            listener.connected(sessionId());
        }
    }

    /** Sees every change at and below a path, until the session ends; on the event thread. One watch for each path. */
    void watch(String root, Consumer<WatchedEvent> changed) {
        // The same watcher each time, since the client keeps all that it is given.
        Watcher watcher = watchers.computeIfAbsent(root, path -> event -> {
            if (event.getType() != EventType.None) {
                events.execute(() -> changed.accept(event));
            }
        });
        CompletableFuture<Void> added = once((zooKeeper, answer) -> zooKeeper.addWatch(
                root,
                watcher,
                AddWatchMode.PERSISTENT_RECURSIVE,
                (rc, path, context) -> answer(answer, rc, path, null),
                null));
        EventThread.whenDone(added, (done, failure) -> {
            if (failure != null && !isLost(failure)) {
                LOG.error("Changes at {} will not be seen: ZooKeeper refuses a watch: {}", root, failure.getMessage());
            }
        });
    }

    /**
     * Has the server catch up with its ensemble: what is read after this completes is not older than this call. Fails as
     * {@link #readOnce}.
     */
    CompletableFuture<Void> catchUpOnce() {
        return once((zooKeeper, answer) ->
                zooKeeper.sync("/", (rc, path, context) -> answer(answer, rc, path, null), null));
    }

    /** A znode, empty if there is none. Fails with a KeeperException as soon as the connection does. */
    CompletableFuture<Optional<Znode>> readOnce(String path) {
        return once(reading(path));
    }

    /** The names of a znode's children, none if it does not exist. Fails as {@link #readOnce}. */
    CompletableFuture<List<String>> childrenOnce(String path) {
        return once(listing(path));
    }

    /** A znode, empty if there is none. Outlives a lost connection. */
    CompletableFuture<Optional<Znode>> read(String path) {
        return new Attempt<>(reading(path)).begin();
    }

    /** The names of a znode's children. Outlives a lost connection. */
    CompletableFuture<List<String>> children(String path) {
        return new Attempt<>(listing(path)).begin();
    }

    /** Does all or nothing. Outlives a lost connection, and then says that it may have been done twice. */
    CompletableFuture<Outcome> commit(List<Op> transaction) {
        Attempt<Outcome> attempt = new Attempt<>((zooKeeper, answer) ->
                zooKeeper.multi(transaction, (rc, path, context, results) -> answerCommit(answer, rc, results), null));
        return attempt.begin().thenApply(outcome -> new Outcome(outcome.code(), outcome.failedAt(), attempt.repeated));
    }

    /** Whether calls are likely to work now. */
    boolean isConnected() {
        return connected;
    }

    /** The session as it is now, or {@link #NO_SESSION}; on the event thread. */
    long sessionId() {
        try {
            return curator.getZooKeeper().getSessionId();
        } catch (Exception e) { // Curator declares no less: there is no session
            return NO_SESSION;
        }
    }

    /** Ends the session, and with it this broker's registration. Waits for that, a bounded time. */
    @Override
    public void close() {
        await(closeBehind());
    }

    /** Closes it on a thread of its own: ZooKeeper's client sleeps for a tenth of a second before it is done. */
    Thread closeBehind() {
        Thread closing = new Thread(curator::close, "zookeeper-close");
        closing.setDaemon(true);
        closing.start();
        return closing;
    }

    /** Waits for such a thread. */
    static void await(Thread closing) {
        try {
            closing.join(CLOSE_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sessionEvent(KeeperState state) {
        meters.became(state);
        switch (state) {
            case SyncConnected -> {
                if (firstConnection.isDone()) {
                    LOG.info("Connected to ZooKeeper again at {}", config.connect());
                }
                connected = true;
                firstConnection.complete(null);
                listeners.forEach(listener -> listener.connected(sessionId()));
                List<Attempt<?>> again = List.copyOf(parked);
                parked.clear();
                again.forEach(Attempt::send);
            }
            case Disconnected -> {
                if (connected) {
                    LOG.warn(
                            "Lost the connection to ZooKeeper at {}: messages flow on, changes wait", config.connect());
                    connected = false;
                    listeners.forEach(Listener::disconnected);
                }
            }
            case Expired -> LOG.warn("The ZooKeeper session has expired: beginning another");
            default -> {} // states of authentication, which is not used
        }
    }

    private static Call<Optional<Znode>> reading(String path) {
        return (zooKeeper, answer) -> zooKeeper.getData(
                path,
                false,
                (rc, p, context, data, stat) -> {
                    boolean absent = Code.get(rc) == Code.NONODE;
                    Optional<Znode> node = rc == 0 ? Optional.of(Znode.read(data, stat)) : Optional.empty();
                    answer(answer, absent ? 0 : rc, p, node);
                },
                null);
    }

    private static Call<List<String>> listing(String path) {
        return (zooKeeper, answer) -> zooKeeper.getChildren(
                path,
                false,
                (rc, p, context, names) -> {
                    boolean absent = Code.get(rc) == Code.NONODE;
                    answer(answer, absent ? 0 : rc, p, rc == 0 ? names : List.of());
                },
                null);
    }

    private static <T> void answer(CompletableFuture<T> answer, int rc, String path, T value) {
        if (rc == 0) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(KeeperException.create(Code.get(rc), path));
        }
    }

    private static void answerCommit(CompletableFuture<Outcome> answer, int rc, List<OpResult> results) {
        Code code = Code.get(rc);
        if (isLost(code)) {
            answer.completeExceptionally(KeeperException.create(code));
            return;
        }
        int failedAt = -1;
        for (int i = 0; results != null && i < results.size() && failedAt < 0; i++) {
            // Those before the one at fault carry OK, those behind it RUNTIMEINCONSISTENCY.
            if (results.get(i) instanceof OpResult.ErrorResult error && error.getErr() != 0) {
                failedAt = i;
                code = Code.get(error.getErr());
            }
        }
        answer.complete(new Outcome(code, failedAt, false));
    }

    /** Whether a call failed because the connection or the session did. */
    static boolean isLost(Throwable failure) {
        return failure instanceof KeeperException refused && isLost(refused.code());
    }

    private static boolean isLost(Code code) {
        return code == Code.CONNECTIONLOSS || code == Code.SESSIONEXPIRED || code == Code.SESSIONMOVED;
    }

    private <T> CompletableFuture<T> once(Call<T> call) {
        CompletableFuture<T> arrived = new CompletableFuture<>(); // on ZooKeeper's thread
        CompletableFuture<T> answer = new CompletableFuture<>(); // on ours
        long sentNanos = System.nanoTime();
        EventThread.whenDone(arrived, (value, failure) -> {
            meters.answered(System.nanoTime() - sentNanos);
            events.execute(() -> {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        });
        try {
            call.on(curator.getZooKeeper(), arrived);
        } catch (Exception e) { // Curator declares no less: there is no session at the moment
            arrived.completeExceptionally(new KeeperException.ConnectionLossException());
        }
        return answer;
    }

    /**
     * The client's settings without those of TLS, which are read from system properties otherwise: asking Java for them
     * takes a tenth of a second of the start.
     */
    private static final class PlainClientConfig extends ZKClientConfig {
        @Override
        protected void handleBackwardCompatibility() {}
    }

    /** A call that is sent again after a lost connection, for as long as a session may last. */
    private final class Attempt<T> {
        private final Call<T> call;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final long startNanos = System.nanoTime();
        private boolean repeated; // event thread only, once it is sent

        Attempt(Call<T> call) {
            this.call = call;
        }

        CompletableFuture<T> begin() {
            send();
            return result;
        }

        void send() {
            EventThread.whenDone(once(call), (value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else if (isLost(failure)) {
                    repeated = true;
                    park();
                } else {
                    result.completeExceptionally(new ApiException(
                            ErrorCode.UNKNOWN_SERVER_ERROR, "ZooKeeper refuses a request: " + failure.getMessage()));
                }
            });
        }

        private void park() {
            long leftMs = config.sessionTimeoutMs() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            parked.add(this);
            events.after(Math.max(leftMs, 0), this::giveUp);
            if (connected) { // a session ended, and the next is there already
                events.after(RETRY_MS, this::sendIfParked);
            }
        }

        private void sendIfParked() {
            if (parked.remove(this)) {
                send();
            }
        }

        private void giveUp() {
            if (parked.remove(this)) {
                result.completeExceptionally(new ApiException(
                        ErrorCode.REQUEST_TIMED_OUT, "ZooKeeper cannot be reached at " + config.connect()));
            }
        }
    }
}
