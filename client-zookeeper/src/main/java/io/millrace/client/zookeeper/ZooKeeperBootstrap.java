package io.millrace.client.zookeeper;

import io.millrace.client.Bootstrap;
import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.zookeeper.client.ConnectStringParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a cluster through its ZooKeeper: the same words on every host, whichever brokers there are.
 *
 * <pre>
 * ClientConfig config = ClientConfig.builder(ZooKeeperBootstrap.of("zk1:2181,zk2:2181/millrace")).build();
 * </pre>
 *
 * <p>ZooKeeper is asked when a client begins, and when it has lost every broker that it knew; all other times the brokers
 * tell who is there. A session lasts as long as the look-up, some milliseconds, so that a fleet holds none. Who asks again
 * within a second is given the last list; the longer all brokers are away, the longer that holds, up to 45 s. It is also
 * what is given, with a warning, if ZooKeeper cannot be reached and was before.
 *
 * <p>Holds nothing between look-ups, so that clients may share it and nobody needs to close it.
 *
 * <p>Threading: any thread, and none waits: each look-up has a thread of its own, one at a time.
 */
public final class ZooKeeperBootstrap implements Bootstrap {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperBootstrap.class);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final String connect;
    private final Optional<String> listener;
    private final Duration timeout;
    private final Consumer<CompletableFuture<List<BrokerAddress>>> lookup;
    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private final Pace pace = new Pace(new SplittableRandom());

    /** What the last look-up gave, or will give. Under the lock. */
    private CompletableFuture<List<BrokerAddress>> last = new CompletableFuture<>();

    /** The last list that was read. Under the lock. */
    private Optional<List<BrokerAddress>> known = Optional.empty();

    private ZooKeeperBootstrap(String connect, Optional<String> listener, Duration timeout) {
        this(connect, listener, timeout, new Registry(connect, listener, timeout)::look, System::nanoTime);
    }

    ZooKeeperBootstrap(
            String connect,
            Optional<String> listener,
            Duration timeout,
            Consumer<CompletableFuture<List<BrokerAddress>>> lookup,
            LongSupplier nanoTime) {
        this.connect = connect;
        this.listener = listener;
        this.timeout = timeout;
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /**
     * The cluster whose brokers have this list in {@code zookeeper.connect}: {@code host:port} with commas between, and
     * the path behind the last if they have one.
     *
     * @throws MillraceException INVALID if it is no such list
     */
    public static ZooKeeperBootstrap of(String connect) {
        try {
            if (connect.isBlank()
                    || new ConnectStringParser(connect).getServerAddresses().isEmpty()) {
                throw new IllegalArgumentException("it names no server");
            }
        } catch (IllegalArgumentException e) { // NumberFormatException, too
            throw MillraceException.invalid("'" + connect + "' is no list of ZooKeeper servers (" + e.getMessage()
                    + "); write host:port with commas between, such as zk1:2181,zk2:2181/millrace");
        }
        return new ZooKeeperBootstrap(connect, Optional.empty(), DEFAULT_TIMEOUT);
    }

    /** The same by the brokers' listener of this name; otherwise the first without TLS and SASL is taken. */
    public ZooKeeperBootstrap listener(String name) {
        return new ZooKeeperBootstrap(connect, Optional.of(name), timeout);
    }

    /** The same with so much time for one look-up, all servers of the list tried; 10 s unless said. */
    public ZooKeeperBootstrap timeout(Duration atMost) {
        if (atMost.toMillis() < 1) {
            throw MillraceException.invalid("The timeout is " + atMost.toMillis() + " ms; it must be 1 ms at least");
        }
        return new ZooKeeperBootstrap(connect, listener, atMost);
    }

    @Override
    public CompletionStage<List<BrokerAddress>> addresses() {
        CompletableFuture<List<BrokerAddress>> told;
        synchronized (lock) {
            long now = nanoTime.getAsLong();
            boolean underWay = pace.hasLooked() && !last.isDone();
            if (underWay || !pace.mayLook(now)) {
                return last.minimalCompletionStage();
            }
            pace.looks(now);
            told = new CompletableFuture<>();
            last = told;
        }
        CompletableFuture<List<BrokerAddress>> found = new CompletableFuture<>();
        found.whenComplete((list, failure) -> tell(list, failure, told));
        Thread thread = new Thread(() -> lookup.accept(found), "millrace-zookeeper");
        thread.setDaemon(true);
        thread.start();
        return told.minimalCompletionStage();
    }

    /** What was found, or else what was found before, or else why not. */
    private void tell(List<BrokerAddress> list, Throwable failure, CompletableFuture<List<BrokerAddress>> told) {
        Optional<List<BrokerAddress>> answer;
        synchronized (lock) {
            known = failure == null ? Optional.of(list) : known;
            answer = known;
        }
        if (failure != null && answer.isPresent()) {
            LOG.warn("The brokers that were known before are tried: {}", failure.getMessage());
        }
        answer.ifPresentOrElse(told::complete, () -> told.completeExceptionally(failure));
    }
}
