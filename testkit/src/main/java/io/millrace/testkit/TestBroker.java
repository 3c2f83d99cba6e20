package io.millrace.testkit;

import io.millrace.broker.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One broker of a {@link MillraceCluster}, and what a test may do to it.
 *
 * <p>It keeps its port and its data when it stops and starts again. Whatever does not fit its state (stopping what is
 * stopped) does nothing.
 *
 * <p>Threading: any; one call at a time, the others wait.
 */
public final class TestBroker {
    private static final String HOST = "127.0.0.1";

    private final int id;
    private final int port;
    private final Map<String, String> settings;
    private final SkewedClock clock = new SkewedClock();
    private Optional<Broker> running = Optional.empty(); // guarded by this, as is the next
    private Optional<AutoCloseable> pause = Optional.empty();

    TestBroker(int id, int port, Map<String, String> settings) {
        this.id = id;
        this.port = port;
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("broker.id", Integer.toString(id));
        all.put("listeners", "PLAINTEXT://" + address());
        this.settings = Map.copyOf(all);
    }

    public int id() {
        return id;
    }

    /** Its {@code host:port}, whether it runs or not. */
    public String address() {
        return HOST + ":" + port;
    }

    public synchronized boolean isRunning() {
        return running.isPresent();
    }

    /** Starts it on what it left behind; when this returns, clients can use it. */
    public synchronized void start() {
        if (running.isEmpty()) {
            try {
                running = Optional.of(Broker.start(settings, clock));
            } catch (IOException e) {
                throw new UncheckedIOException("Broker " + id + " does not start: " + e.getMessage(), e);
            }
        }
    }

    /** Stops it in order, as SIGTERM does: others take over what it leads before it goes. */
    public synchronized void stop() {
        resume();
        running.ifPresent(Broker::close);
        running = Optional.empty();
    }

    /** Ends it about as kill -9 does: connections break, nothing is handed over, the next start has to recover. */
    public synchronized void kill() {
        resume();
        running.ifPresent(Broker::die);
        running = Optional.empty();
    }

    /**
     * Has it stand still until {@link #resume}: connections stay open, nothing is answered. Its session in ZooKeeper goes
     * on, so that to the others it is slow rather than gone.
     */
    public synchronized void pause() {
        if (pause.isEmpty()) {
            pause = running.map(Broker::standStill);
        }
    }

    public synchronized void resume() {
        if (pause.isPresent()) {
            try {
                pause.get().close();
            } catch (Exception e) { // which AutoCloseable declares, and this one does not throw
                throw new IllegalStateException(e);
            }
            pause = Optional.empty();
        }
    }

    /** Breaks all its connections. It takes new ones at once. */
    public synchronized void dropConnections() {
        running.ifPresent(Broker::dropConnections);
    }

    /** Sets its clock ahead of the system's by so much; behind it if that is negative; zero sets it right. */
    public void skewClock(Duration ahead) {
        clock.skew(ahead);
    }

    @Override
    public String toString() {
        return "broker " + id + " at " + address();
    }
}
