package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ApiRequest;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A client's way to its cluster: typed requests to brokers, and who leads. What producer, consumer and admin client are
 * made of.
 *
 * <pre>
 * call -> Connections -> Connection (one per broker and lane) -> broker
 * Routing -> MetadataRequests -> call to any
 * </pre>
 *
 * <p>Threading: any thread may call; stages complete on {@link #thread}, where nothing may wait.
 */
public final class ClusterClient implements AutoCloseable {
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final ClientConfig config;
    private final Optional<ClientRuntime> ownRuntime;
    private final IoThread thread;
    private final ChunkPool chunks;
    private final Connections connections;
    private final Routing routing;

    private ClusterClient(ClientConfig config, ClientRuntime runtime, boolean ownsRuntime, boolean createsTopics) {
        this.config = config;
        this.ownRuntime = ownsRuntime ? Optional.of(runtime) : Optional.empty();
        this.thread = runtime.nextThread();
        this.chunks = runtime.chunks();
        this.connections = new Connections(runtime, thread, config);
        this.routing = new Routing(thread, config, connections, new MetadataAsker(), createsTopics);
    }

    /**
     * With an I/O thread of its own. Connects when something is asked for first.
     *
     * @param createsTopics whether brokers may create topics that are asked for and not there
     */
    public static ClusterClient open(ClientConfig config, boolean createsTopics) {
        return new ClusterClient(config, ClientRuntime.create(), true, createsTopics);
    }

    /** With the I/O thread of a runtime, which stays open when this is closed. */
    public static ClusterClient open(ClientConfig config, ClientRuntime runtime, boolean createsTopics) {
        return new ClusterClient(config, runtime, false, createsTopics);
    }

    public ClientConfig config() {
        return config;
    }

    public IoThread thread() {
        return thread;
    }

    /** Memory for what is to be sent, which all clients of the runtime share. */
    public ChunkPool chunks() {
        return chunks;
    }

    public Routing routing() {
        return routing;
    }

    /** For those who want to know whether a request would go out at once; the I/O thread's. */
    public Connections connections() {
        return connections;
    }

    /** As {@link #call(Target, ApiRequest, Limits)}, with {@code request.timeout.ms} and the highest version. */
    public <R extends ApiMessage> CompletionStage<R> call(Target target, ApiRequest<R> request) {
        return call(target, request, Limits.NONE);
    }

    /**
     * Sends a request, and gives its answer, whatever error codes that holds.
     *
     * <p>Fails with UNREACHABLE if there is no connection or it broke, TIMED_OUT if no answer came in time, REFUSED with
     * UNSUPPORTED_VERSION if the broker serves no version that can carry the request, BUFFER_FULL if too many requests wait
     * for that broker, CLOSED. Nothing is tried again; see {@link #retrying}.
     *
     * <p>Records in the request are released when the socket has taken them or never will. Those in the answer to a Fetch
     * are the caller's: each partition's {@code records().release()} gives back its share of the frame.
     */
    public <R extends ApiMessage> CompletionStage<R> call(Target target, ApiRequest<R> request, Limits limits) {
        long timeoutMs = limits.timeout().orElse(config.requestTimeout()).toMillis();
        PendingRequest<R> pending = new PendingRequest<>(request, timeoutMs, limits.maxVersion());
        if (target.nodeId() == Target.ANY_NODE) {
            callAny(target, pending);
        } else if (!thread.run(() -> connections.send(target, pending))) {
            refuseClosed(pending);
        }
        return pending.answer();
    }

    /** Before the first topology there may be no address yet. */
    private void callAny(Target target, PendingRequest<?> pending) {
        if (pending.request() instanceof MetadataRequest
                || !routing.topology().brokers().isEmpty()) {
            if (!thread.run(() -> connections.send(target, pending))) {
                refuseClosed(pending);
            }
            return;
        }
        routing.refresh().whenComplete((topology, failure) -> {
            if (failure != null) {
                pending.releaseRecords();
                pending.fail(asMillrace(failure));
            } else {
                connections.send(target, pending);
            }
        });
    }

    private static void refuseClosed(PendingRequest<?> pending) {
        pending.releaseRecords();
        pending.fail(MillraceException.closed("The client was closed"));
    }

    /**
     * Tries until it works, fails for good, or time is over, with {@code retry.backoff.ms} and more between the attempts.
     *
     * @param attempt begins one; runs on the I/O thread. What it gives is tried again if it fails with a {@link
     *     MillraceException} that is retriable
     */
    public <T> CompletionStage<T> retrying(Duration atMost, Supplier<CompletionStage<T>> attempt) {
        Retrying<T> retrying = new Retrying<>(thread, config, atMost, attempt);
        if (!thread.run(retrying::run)) {
            return CompletableFuture.failedStage(MillraceException.closed("The client was closed"));
        }
        return retrying.result();
    }

    /** The failure itself, without what stages wrap around it. */
    public static MillraceException asMillrace(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof java.util.concurrent.CompletionException || cause instanceof ExecutionException)) {
            cause = cause.getCause();
        }
        if (cause instanceof MillraceException known) {
            return known;
        }
        throw new IllegalStateException("a defect in the client", cause);
    }

    /** Fails what is under way with CLOSED, ends the connections, and the I/O thread if it is this client's own. */
    @Override
    public void close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean runs = thread.run(() -> {
            routing.close();
            connections.close();
            done.complete(null);
        });
        if (runs && !thread.isCurrent()) {
            awaitQuietly(done);
        }
        config.bootstrap().close();
        if (thread.isCurrent()) {
            ownRuntime.ifPresent(ClientRuntime::closeLater);
        } else {
            ownRuntime.ifPresent(ClientRuntime::close);
        }
    }

    private static void awaitQuietly(CompletableFuture<Void> done) {
        try {
            done.get(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing goes on without waiting
        } catch (ExecutionException | TimeoutException e) {
            // the I/O thread is held up by somebody's callback; ending it is next
        }
    }

    /** Metadata by this client's own connections. */
    private final class MetadataAsker implements MetadataRequests.Asker {
        @Override
        public CompletionStage<MetadataResponse> ask(MetadataRequest request) {
            return call(Target.any(), request);
        }

        @Override
        public int known() {
            return connections.known();
        }

        @Override
        public void addressesAre(List<BrokerAddress> addresses) {
            connections.seedsAre(addresses);
        }

        @Override
        public Topology present() {
            return routing.topology();
        }
    }
}
