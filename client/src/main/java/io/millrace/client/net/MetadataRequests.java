package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When Metadata is asked: one request at a time, however many want an answer; again after a failure, later each time; and
 * every {@code metadata.max.age.ms} if nobody asks.
 *
 * <p>When no broker can be reached the bootstrap is asked for addresses, at the beginning as well as later.
 *
 * <p>Threading: the I/O thread.
 */
final class MetadataRequests {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataRequests.class);
    private static final long WARN_EVERY_NS = Duration.ofSeconds(30).toNanos();

    private final IoThread thread;
    private final ClientConfig config;
    private final Asker asker;
    private final Supplier<List<String>> topics;
    private final Predicate<MetadataResponse> receiver;
    private final boolean createsTopics;
    private final IoTimer timer;
    private final Wait wait;
    private List<CompletableFuture<Topology>> askers = new ArrayList<>();
    private Optional<String> lastFailure = Optional.empty();

    /** Attempts in vain since the last answer. */
    private int failures;

    private long lastAskedNs;
    private long lastWarnedNs = System.nanoTime() - WARN_EVERY_NS;
    private boolean asking;
    private boolean againAtOnce;
    private boolean closed;

    /** How a request is sent, and where brokers are found. */
    interface Asker {
        CompletionStage<MetadataResponse> ask(MetadataRequest request);

        /** How many brokers there are to be asked. */
        int known();

        void addressesAre(List<BrokerAddress> addresses);

        Topology present();
    }

    /**
     * @param topics the names to ask for
     * @param receiver takes an answer; says whether something is missing in it that may come soon
     */
    MetadataRequests(
            IoThread thread,
            ClientConfig config,
            Asker asker,
            Supplier<List<String>> topics,
            Predicate<MetadataResponse> receiver,
            boolean createsTopics) {
        this.thread = thread;
        this.config = config;
        this.asker = asker;
        this.topics = topics;
        this.receiver = receiver;
        this.createsTopics = createsTopics;
        this.timer = thread.timer(this::ask);
        this.wait = new Wait(config.retryBackoff());
        this.lastAskedNs = System.nanoTime() - config.retryBackoff().first().toNanos();
    }

    /** Why the last attempt failed, if it did. */
    Optional<String> lastFailure() {
        return lastFailure;
    }

    /** Something is wanted that was never asked for. */
    void askSoon() {
        if (asking) {
            againAtOnce = true; // the one under way may have been sent without it
        } else if (lastFailure.isEmpty()) {
            timer.runBy(System.nanoTime());
        }
    }

    /** Something that is known is wrong; asking again too fast would likely bring the same. */
    void askAgain() {
        if (!asking && lastFailure.isEmpty()) {
            timer.runBy(lastAskedNs + config.retryBackoff().first().toNanos());
        }
    }

    /** Somebody wants an answer that is given from now on. */
    void askNow(CompletableFuture<Topology> next) {
        if (closed) {
            next.completeExceptionally(MillraceException.closed("The client was closed"));
            return;
        }
        askers.add(next);
        askSoon();
    }

    private void ask() {
        if (asking || closed) {
            return;
        }
        asking = true;
        againAtOnce = false;
        lastAskedNs = System.nanoTime();
        if (failures >= asker.known()) { // as at the beginning, when both are 0
            findAddresses();
        } else {
            request();
        }
    }

    private void findAddresses() {
        CompletionStage<List<BrokerAddress>> found;
        try {
            found = config.bootstrap().addresses();
        } catch (RuntimeException e) { // somebody else's code: it must not end the I/O thread's work
            found = CompletableFuture.failedStage(e);
        }
        found.whenComplete((addresses, failure) -> thread.run(() -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                failed(MillraceException.unreachable("The bootstrap gave no addresses", failure));
            } else {
                asker.addressesAre(addresses);
                request();
            }
        }));
    }

    private void request() {
        List<MetadataRequest.Topic> names = new ArrayList<>();
        for (String name : topics.get()) {
            names.add(MetadataRequest.Topic.builder().name(name).build());
        }
        List<CompletableFuture<Topology>> served = askers;
        askers = new ArrayList<>();
        asker.ask(MetadataRequest.builder()
                        .topics(names)
                        .allowAutoTopicCreation(createsTopics)
                        .build())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answered(answer, served);
                    } else {
                        askers.addAll(0, served); // the next attempt is for them, too
                        failed(failure);
                    }
                });
    }

    private void answered(MetadataResponse answer, List<CompletableFuture<Topology>> served) {
        asking = false;
        failures = 0;
        lastFailure = Optional.empty();
        boolean isMissingSomething = receiver.test(answer);
        if (againAtOnce || !askers.isEmpty()) {
            timer.runBy(System.nanoTime());
        } else if (isMissingSomething) {
            timer.runBy(System.nanoTime() + wait.nextNs());
        } else {
            wait.reset();
            timer.runBy(System.nanoTime() + config.metadataMaxAge().toNanos());
        }
        served.forEach(next -> next.complete(asker.present()));
    }

    private void failed(Throwable failure) {
        asking = false;
        if (closed) {
            return;
        }
        failures++;
        lastFailure = Optional.of(failure.getMessage());
        long now = System.nanoTime();
        if (now - lastWarnedNs >= WARN_EVERY_NS) {
            lastWarnedNs = now;
            LOG.warn("{} cannot learn who leads, and tries again: {}", config.clientId(), failure.getMessage());
        }
        timer.runBy(now + wait.nextNs());
        List<CompletableFuture<Topology>> told = askers;
        askers = new ArrayList<>();
        told.forEach(next -> next.completeExceptionally(failure));
    }

    void close() {
        closed = true;
        timer.cancel();
        List<CompletableFuture<Topology>> left = askers;
        askers = new ArrayList<>();
        left.forEach(next -> next.completeExceptionally(MillraceException.closed("The client was closed")));
    }
}
