package io.millrace.client.consumer;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads records of topics. What is read next is fetched ahead by the I/O thread, within {@code fetch.buffer.bytes}; a poll
 * decodes what it returns, and copies nothing.
 *
 * <pre>
 * I/O thread:           Fetcher -> broker -> PollQueue
 * application's thread: poll -> RecordReader -> records, valid until the next poll
 * </pre>
 *
 * <p>Threading: one thread at a time, but for {@link #wakeup}, {@link #close()}, {@link #lag()} and {@link #metrics}, which any
 * thread may call. Nothing waits but {@code poll} and {@code close}.
 */
public final class Consumer implements AutoCloseable {
    private final ConsumerConfig config;
    private final ClusterClient cluster;
    private final ConsumerCounters counters = new ConsumerCounters();
    private final Assignment assignment = new Assignment();
    private final PollQueue queue = new PollQueue();
    private final SingleUser user = new SingleUser();
    private final FetchBudget budget;
    private final Fetcher fetcher;
    private final RecordReader reader;

    private Consumer(ConsumerConfig config, ClusterClient cluster) {
        this.config = config;
        this.cluster = cluster;
        this.budget = new FetchBudget(config.fetchBufferBytes());
        this.fetcher = new Fetcher(cluster, config, assignment, queue, budget, counters);
        this.reader = new RecordReader(config, queue, fetcher::kick);
        cluster.thread().execute(fetcher::start);
    }

    /** With the defaults. Connects when something is assigned. */
    public static Consumer open(ClientConfig config) {
        return open(ConsumerConfig.builder(config).build());
    }

    /** With an I/O thread of its own. Connects when something is assigned. */
    public static Consumer open(ConsumerConfig config) {
        return new Consumer(config, ClusterClient.open(config.client(), config.createsTopics()));
    }

    /** With the I/O thread of a runtime that several clients share, and that stays open when this is closed. */
    public static Consumer open(ConsumerConfig config, ClientRuntime runtime) {
        return new Consumer(config, ClusterClient.open(config.client(), runtime, config.createsTopics()));
    }

    /**
     * Reads these partitions and no others. Those that were assigned before go on from where they are, others begin at
     * {@code auto.offset.reset} unless {@link #seek} says otherwise.
     */
    public void assign(Collection<TopicPartition> partitions) {
        use(() -> assignment.become(partitions, config.offsetReset().position()));
    }

    /** The partitions that are read. */
    public Set<TopicPartition> assignment() {
        return assignment.partitions();
    }

    /** Reads on from there. What was fetched ahead is dropped. */
    public void seek(TopicPartition partition, Position position) {
        use(() -> assignment.get(partition).seek(position));
    }

    /** The offset of the next record that {@code poll} returns of a partition; empty while it is not known yet. */
    public OptionalLong position(TopicPartition partition) {
        return assignment.get(partition).position();
    }

    /** Reads nothing of these until they are {@link #resume resumed}. What was fetched ahead is dropped. */
    public void pause(Collection<TopicPartition> partitions) {
        use(() -> partitions.forEach(partition -> assignment.get(partition).pause()));
    }

    /** Reads on. */
    public void resume(Collection<TopicPartition> partitions) {
        use(() -> partitions.forEach(partition -> assignment.get(partition).resume()));
    }

    /** The partitions that are paused. */
    public Set<TopicPartition> paused() {
        return assignment.paused();
    }

    /**
     * The next records, up to {@code max.poll.records}: what is there at once, or else what comes first within the time
     * given. Empty if that is over, or {@link #wakeup} was called.
     *
     * <p>The records of the poll before are not valid any more.
     *
     * @throws MillraceException what keeps a partition from being read, such as REFUSED with OFFSET_OUT_OF_RANGE; the next
     *     poll goes on with the others. CLOSED
     */
    public List<ConsumerRecord> poll(Duration atMost) {
        user.enter();
        try {
            reader.giveBack();
            endIfClosed();
            long deadlineNs = System.nanoTime() + atMost.toNanos();
            while (true) {
                queue.takeFailure().ifPresent(failure -> {
                    throw failure;
                });
                List<ConsumerRecord> records = reader.read();
                if (!records.isEmpty()) {
                    counters.recordsRead.add(records.size());
                    return records;
                }
                reader.giveBack();
                if (!queue.await(deadlineNs)) {
                    endIfClosed();
                    return records;
                }
            }
        } finally {
            user.leave();
        }
    }

    private void endIfClosed() {
        if (user.isClosed()) {
            reader.close();
        }
        refuseClosed();
    }

    private void use(Runnable action) {
        user.enter();
        try {
            refuseClosed();
            action.run();
            fetcher.kick();
        } finally {
            user.leave();
        }
    }

    private void refuseClosed() {
        if (user.isClosed()) {
            throw MillraceException.closed("The consumer was closed");
        }
    }

    /** Ends the poll that waits now, or else the next one, at once and without records. */
    public void wakeup() {
        queue.wake();
    }

    /** How far behind a partition is; empty while that is not known yet. */
    public Optional<Lag> lag(TopicPartition partition) {
        return assignment.get(partition).lag(System.currentTimeMillis());
    }

    /** How far behind all assigned partitions are together, as far as that is known. */
    public Lag lag() {
        long now = System.currentTimeMillis();
        return assignment.states().values().stream()
                .flatMap(state -> state.lag(now).stream())
                .reduce(Lag.NOTHING, Lag::and);
    }

    /** What it has done so far. */
    public ConsumerMetrics metrics() {
        return ConsumerMetrics.of(counters, budget, lag());
    }

    /** As {@link #close(Duration)}, with {@code close.timeout.ms}. */
    @Override
    public void close() {
        close(config.closeTimeout());
    }

    /**
     * Ends within the time given. A poll that waits in another thread ends at once; records that it has returned before stay
     * readable in that thread until it polls again, which throws CLOSED.
     */
    public void close(Duration atMost) {
        if (!user.close()) {
            return;
        }
        queue.close();
        cluster.thread().run(fetcher::close);
        if (user.awaitAlone(atMost) && user.isMine()) {
            reader.close();
        }
        cluster.close();
    }
}
