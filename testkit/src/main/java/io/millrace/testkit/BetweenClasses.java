package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What one test class leaves to the next, so that it need not wait for it: ZooKeeper runs on, brokers are closed while the
 * next class runs, and from the second class on that wants the same brokers, those of the next one are started meanwhile.
 * They have never been used: nothing is shared but ZooKeeper's process, where each cluster has a path of its own.
 *
 * <p>Threading: any; JUnit closes it when all tests are over.
 */
@SuppressWarnings("deprecation") // CloseableResource is what older versions of JUnit close, too
final class BetweenClasses implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    private final SharedZooKeeper.Part zooKeeper;
    private CompletableFuture<Void> closing =
            CompletableFuture.completedFuture(null); // guarded by this, as are the next
    private Optional<MillraceCluster.Plan> latest = Optional.empty();
    private Optional<Spare> spare = Optional.empty();
    private boolean closed;

    /** Brokers that nobody has yet. */
    private record Spare(MillraceCluster.Plan plan, CompletableFuture<MillraceCluster> brokers) {}

    BetweenClasses() {
        try {
            zooKeeper = SharedZooKeeper.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brokers for a class. */
    MillraceCluster start(MillraceCluster.Plan plan) {
        MillraceCluster cluster = plan.furnish(take(plan).orElseGet(plan::startBare));
        expect(plan);
        return cluster;
    }

    private Optional<MillraceCluster> take(MillraceCluster.Plan plan) {
        Optional<Spare> fitting;
        synchronized (this) {
            fitting = spare.filter(found -> found.plan().hasBrokersOf(plan));
            if (fitting.isPresent()) {
                spare = Optional.empty();
            }
        }
        try {
            return fitting.map(found -> found.brokers().join());
        } catch (CompletionException e) {
            return Optional.empty(); // whoever starts them now is told why they do not start
        }
    }

    private synchronized void expect(MillraceCluster.Plan plan) {
        boolean isUsual = latest.filter(plan::hasBrokersOf).isPresent();
        latest = Optional.of(plan.bare());
        if (isUsual && spare.isEmpty() && !closed) {
            MillraceCluster.Plan next = plan.bare();
            spare = Optional.of(new Spare(next, CompletableFuture.supplyAsync(next::startBare, BetweenClasses::run)));
        }
    }

    /** Ends brokers, one class's after the other's, so that there are never many. */
    synchronized void closeBehind(MillraceCluster cluster) {
        CompletableFuture<Void> before = closing;
        closing = before.handle((done, failure) -> null) // what they left behind is told once, below
                .thenRunAsync(cluster::close, BetweenClasses::run);
        before.join();
    }

    private static void run(Runnable task) {
        new Thread(task, "millrace-testkit").start();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try {
            closing.join();
        } finally {
            spare.ifPresent(left -> left.brokers()
                    .handle((brokers, failure) -> Optional.ofNullable(brokers))
                    .join()
                    .ifPresent(MillraceCluster::close));
            zooKeeper.close();
        }
    }
}
