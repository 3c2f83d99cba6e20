package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.message.ProduceRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Decides which batches leave when, and for which broker.
 *
 * <p>Partitions with something to send announce themselves and stay until nothing of them waits or is under way. Whenever
 * something has changed (a batch is full, an answer has come, a connection is there, time has passed) all of them are
 * looked at once, in an order that turns, and what is due leaves: for each broker one request with a batch of each
 * partition that it leads, {@code max.in.flight.requests.per.connection} of them at a time.
 *
 * <p>Threading: the I/O thread, but for {@link #announce} and {@link #wake}.
 */
final class Sender {
    /** Beyond the broker's own wait for replicas, so that its answer comes before the connection is given up. */
    private static final int ANSWER_MARGIN_MS = 1_000;

    /** The last version of Produce that names topics; later ones have their ids. */
    private static final int LAST_BY_NAME = 12;

    private static final long HURRY_EVERY_NS = 1_000_000;

    private final ProducerConfig config;
    private final ClusterClient cluster;
    private final BatchSealer sealer;
    private final SendBuffer buffer;
    private final ProducerCounters counters;
    private final ProducerIdentity identity;
    private final Arrivals arrivals;
    private final IoTimer timer;
    private final long lingerNs;
    private final int mostUnderWay;
    private final Queue<PartitionSends> announcements = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final List<PartitionSends> active = new ArrayList<>();
    private final Map<Integer, Integer> requestsUnderWay = new HashMap<>();

    /** Where the next look begins, so that no partition is always the last. */
    private int turn;

    private int flushes;

    private Runnable onActive = () -> {};

    /** When somebody found no room last; by whichever thread. */
    private volatile long lastHurryNs = System.nanoTime();

    Sender(ProducerConfig config, ClusterClient cluster, SendBuffer buffer, ProducerCounters counters) {
        this.config = config;
        this.cluster = cluster;
        this.sealer = new BatchSealer(config.compressor());
        this.buffer = buffer;
        this.counters = counters;
        this.identity = new ProducerIdentity(cluster, this::wake);
        this.arrivals = new Arrivals(config, cluster, buffer, counters);
        this.timer = cluster.thread().timer(this::look);
        this.lingerNs = config.linger().toNanos();
        this.mostUnderWay = config.idempotent() ? config.maxInFlight() : 1;
        cluster.connections().onChange(this::wake);
        cluster.routing().onChange(this::wake);
    }

    // ---- any thread

    /** A partition has something to send, which may be the first of it. */
    void announce(PartitionSends partition) {
        if (partition.announce()) {
            announcements.add(partition);
        }
        wake();
    }

    /** Something has changed. */
    void wake() {
        if (!isWoken.get() && isWoken.compareAndSet(false, true)) {
            cluster.thread().execute(this::look);
        }
    }

    /** There was no room for a record: what lingers takes memory that others need. Looked at every millisecond at most. */
    void hurry() {
        long now = System.nanoTime();
        if (now - lastHurryNs > HURRY_EVERY_NS) {
            lastHurryNs = now;
            wake();
        }
    }

    // ---- the I/O thread

    /** Has a task run whenever there is something to send after there was nothing. */
    void onActive(Runnable listener) {
        onActive = listener;
    }

    /** Whether nothing waits, and nothing is under way. */
    boolean isAtRest() {
        return active.isEmpty();
    }

    /** All partitions with something that has not ended. */
    List<PartitionSends> active() {
        takeAnnouncements();
        return active;
    }

    /** Batches do not linger while somebody waits for them. */
    void flushBegins() {
        flushes++;
        wake();
    }

    void flushEnds() {
        flushes--;
    }

    /**
     * Partitions were forgotten, and their numbers with them. Beginning with 0 again under the same id would look to a broker
     * like what it has already, and be dropped: so there is another id.
     */
    void numbersForgotten() {
        identity.renew();
    }

    private void takeAnnouncements() {
        boolean rested = active.isEmpty();
        for (PartitionSends next = announcements.poll(); next != null; next = announcements.poll()) {
            active.add(next);
        }
        if (rested && !active.isEmpty()) {
            onActive.run();
        }
    }

    private void look() {
        isWoken.set(false);
        takeAnnouncements();
        failIfRefused();
        int sent;
        do {
            sent = sendOnce(System.nanoTime());
        } while (sent > 0);
    }

    private void failIfRefused() {
        Optional<MillraceException> refusal = identity.takeRefusal();
        if (refusal.isPresent()) {
            for (PartitionSends partition : List.copyOf(active)) {
                giveUp(partition, partition.takeOverdue(System.nanoTime()), refusal.get());
            }
        }
    }

    /** One look at all that is active; returns how many requests have left. */
    private int sendOnce(long now) {
        Map<Integer, Departure> departures = new HashMap<>();
        turn = active.isEmpty() ? 0 : (turn + 1) % active.size();
        for (int i = 0, n = active.size(); i < n; i++) {
            PartitionSends partition = active.get((turn + i) % n);
            lookAt(partition, now, departures);
        }
        active.removeIf(PartitionSends::restIfIdle);
        departures.values().forEach(this::send);
        return departures.size();
    }

    private void lookAt(PartitionSends partition, long now, Map<Integer, Departure> departures) {
        int leader = cluster.routing().topology().leader(partition.partition());
        Target target = Target.broker(leader);
        partition.setAvailable(
                leader != Topology.NO_LEADER && !cluster.connections().isInTrouble(target));
        long due = partition.dueNs(lingerNow(), mostUnderWay);
        if (due == OpenBatches.NEVER) {
            return;
        }
        if (due - now > 0) {
            timer.runBy(due);
            return;
        }
        if (leader == Topology.NO_LEADER) {
            cluster.routing().doubt();
        } else if (isReady(target, now) && hasRoom(leader, departures, partition)) {
            take(partition, leader, now, departures);
        }
    }

    private long lingerNow() {
        return flushes > 0 || buffer.isShort() ? 0 : lingerNs;
    }

    private boolean isReady(Target target, long now) {
        if (cluster.connections().prepare(target)) {
            return true;
        }
        long waitNs = cluster.connections().waitNs(target);
        if (waitNs > 0) {
            timer.runBy(now + waitNs);
            cluster.routing().doubt(); // somebody else may lead by now
        }
        return false;
    }

    private boolean hasRoom(int leader, Map<Integer, Departure> departures, PartitionSends partition) {
        if (requestsUnderWay.getOrDefault(leader, 0) >= config.maxInFlight()) {
            return false;
        }
        Departure departure = departures.get(leader);
        return departure == null || departure.bytes() + partition.sizeOfNext() <= config.maxRequestSize();
    }

    private void take(PartitionSends partition, int leader, long now, Map<Integer, Departure> departures) {
        ProducerNumber number = ProducerNumber.NONE;
        boolean nothingUnderWay = partition.nothingUnderWay();
        if (config.idempotent()) {
            number = identity.present();
            if (number.isGiven() && partition.sequences().needsNewId(number.producerId())) {
                identity.renew();
                number = identity.present();
            }
            if (!number.isGiven()) {
                return;
            }
        }
        Optional<PartitionBatch> taken = partition.takeNext(now - lingerNow());
        if (taken.isEmpty()) {
            return;
        }
        PartitionBatch batch = taken.get();
        if (number.isGiven()) {
            partition.sequences().number(batch, number, nothingUnderWay);
        }
        sealer.seal(batch);
        departures.computeIfAbsent(leader, Departure::new).add(partition, batch);
    }

    private void send(Departure departure) {
        int timeoutMs = (int)
                Math.min(Integer.MAX_VALUE, config.client().requestTimeout().toMillis());
        int brokerMs = Math.max(timeoutMs / 2, timeoutMs - ANSWER_MARGIN_MS);
        counters.requestsSent.increment();
        counters.batchesSent.add(departure.size());
        counters.bytesSent.add(departure.bytes());
        requestsUnderWay.merge(departure.nodeId(), 1, Integer::sum);
        ProduceRequest request = departure.request(cluster.routing().topology(), config.acks(), brokerMs);
        Limits limits = departure.namesOnly() ? Limits.NONE.upTo(LAST_BY_NAME) : Limits.NONE;
        cluster.call(Target.broker(departure.nodeId()), request, limits).whenComplete((answer, failure) -> {
            requestsUnderWay.merge(departure.nodeId(), -1, (a, b) -> a + b == 0 ? null : a + b);
            if (failure != null) {
                arrivals.failed(departure, ClusterClient.asMillrace(failure));
            } else if (config.acks() == Acks.NONE) {
                arrivals.written(departure);
            } else {
                arrivals.answered(departure, answer);
            }
            wake();
        });
    }

    /** Sees whether the leader of a partition that nobody chooses has come back. */
    void probe(PartitionSends partition) {
        int leader = cluster.routing().topology().leader(partition.partition());
        Target target = Target.broker(leader);
        partition.setAvailable(leader != Topology.NO_LEADER
                && (cluster.connections().prepare(target)
                        || !cluster.connections().isInTrouble(target)));
    }

    /** Ends what is older than {@code delivery.timeout.ms}. */
    void endOverdue(long now) {
        long bornBeforeNs = now - config.deliveryTimeout().toNanos();
        for (PartitionSends partition : List.copyOf(active())) {
            List<PartitionBatch> overdue = partition.takeOverdue(bornBeforeNs);
            for (PartitionBatch batch : overdue) {
                giveUp(partition, List.of(batch), tooLate(partition, batch));
            }
        }
        wake();
    }

    private MillraceException tooLate(PartitionSends partition, PartitionBatch batch) {
        String why =
                batch.lastFailure().map(MillraceException::getMessage).orElseGet(() -> whyNotSent(partition, batch));
        return MillraceException.timedOut("Records of '" + partition.partition().topic() + "', partition "
                + partition.partition().partition() + ", were not acknowledged within "
                + TimeUnit.NANOSECONDS.toMillis(config.deliveryTimeout().toNanos()) + " ms: " + why);
    }

    private String whyNotSent(PartitionSends partition, PartitionBatch batch) {
        if (batch.attempts() > 0) {
            return "the broker did not answer";
        }
        int leader = cluster.routing().topology().leader(partition.partition());
        return leader == Topology.NO_LEADER
                ? "the partition has no leader"
                : "broker " + leader + ", which leads it, could not be reached or did not keep up";
    }

    private void giveUp(PartitionSends partition, List<PartitionBatch> batches, MillraceException why) {
        for (PartitionBatch batch : batches) {
            counters.recordsFailed.add(batch.count());
            partition.fail(batch, why);
        }
    }

    /** Ends all there is, for a producer that is closed. */
    void failAll(List<PartitionSends> partitions, MillraceException why) {
        timer.cancel();
        identity.close();
        for (PartitionSends partition : partitions) {
            giveUp(partition, partition.takeAll(), why);
        }
    }
}
