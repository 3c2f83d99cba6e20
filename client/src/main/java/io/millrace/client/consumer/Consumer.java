package io.millrace.client.consumer;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;

/**
 * Reads records of topics. What is read next is fetched ahead by the I/O thread, within {@code fetch.buffer.bytes}; a poll
 * decodes what it returns, and copies nothing.
 *
 * <pre>
 * I/O thread:           Fetcher -> broker -> PollQueue
 * application's thread: poll -> RecordReader -> records, valid until the next poll
 * </pre>
 *
 * <p>With a {@code group.id} the topics' partitions are shared with the other members of the group, and positions are
 * stored there. The I/O thread keeps up the membership; partitions come and go inside of polls.
 *
 * <p>Threading: one thread at a time, but for {@link #wakeup}, {@link #close()}, {@link #lag()} and {@link #metrics}, which any
 * thread may call. Nothing waits but {@code poll}, {@code commit} and {@code close}.
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
    private final PollWatch watch = new PollWatch();
    private final Optional<Rebalancing> group;

    private Consumer(ConsumerConfig config, ClusterClient cluster) {
        this.config = config;
        this.cluster = cluster;
        this.budget = new FetchBudget(config.fetchBufferBytes());
        TopicInterest interest = new TopicInterest(cluster.routing());
        this.fetcher = new Fetcher(cluster, interest, config, assignment, queue, budget, counters);
        this.reader = new RecordReader(config, queue, fetcher::kick);
        this.group = config.group().isGroup()
                ? Optional.of(new Rebalancing(cluster, interest, config, assignment, queue, watch, fetcher::kick))
                : Optional.empty();
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

    /** Reads these topics together with the other members of the group; as {@link #subscribe(Collection, RebalanceListener)}. */
    public void subscribe(String... topics) {
        subscribe(List.of(topics), RebalanceListener.NONE);
    }

    /**
     * Reads these topics and no others, together with the other members of the group. What this member is given, the next
     * polls find out. Without topics it leaves the group. A member that the group does not want any more loses its
     * partitions, and a poll throws why; it stays out until it subscribes again.
     *
     * @throws MillraceException INVALID without a {@code group.id}, or while partitions are assigned by hand
     */
    public void subscribe(Collection<String> topics, RebalanceListener listener) {
        use(() -> {
            Rebalancing member = member("subscribe");
            if (!member.isSubscribed() && !assignment.partitions().isEmpty()) {
                throw MillraceException.invalid("Partitions are assigned by hand; assign none before subscribing");
            }
            member.subscribe(topics, listener);
        });
    }

    private Rebalancing member(String what) {
        return group.orElseThrow(() -> MillraceException.invalid(what + " needs a group; set group.id"));
    }

    /**
     * Reads these partitions and no others. Those that were assigned before go on from where they are, others begin where
     * the group has committed, if there is a group, and else at {@code auto.offset.reset}, unless {@link #seek} says
     * otherwise.
     *
     * @throws MillraceException INVALID while topics are subscribed to
     */
    public void assign(Collection<TopicPartition> partitions) {
        use(() -> {
            if (group.isPresent() && group.get().isSubscribed()) {
                throw MillraceException.invalid("Topics are subscribed to; subscribe to none before assigning by hand");
            }
            assignment.become(
                    partitions,
                    group.isPresent() ? Optional.empty() : config.offsetReset().position());
            group.ifPresent(Rebalancing::findStarts);
        });
    }

    /**
     * Stores the positions of all partitions with the group: what {@code poll} has returned so far. Waits for the answer.
     *
     * @throws MillraceException REFUSED if partitions have gone to others, TIMED_OUT, INVALID without a group
     */
    public void commit() {
        Waiting.join(
                cluster.thread(),
                commitAsync(),
                config.client().requestTimeout().multipliedBy(2),
                "commit");
    }

    /** As {@link #commit}, without waiting; the stage ends on the I/O thread. */
    public CompletionStage<Void> commitAsync() {
        user.enter();
        try {
            Rebalancing member = member("commit");
            return member.commit(member.positions());
        } finally {
            user.leave();
        }
    }

    /** Stores these positions: of each partition the offset to read next. */
    public CompletionStage<Void> commitAsync(Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Commits.Committed> told = new LinkedHashMap<>();
        positions.forEach((partition, offset) -> told.put(partition, new Commits.Committed(offset, -1)));
        return member("commit").commit(told);
    }

    /** What the group has stored; partitions without a position are left out. */
    public CompletionStage<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        return member("committed").committed(partitions).thenApply(found -> {
            Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
            found.forEach((partition, position) -> offsets.put(partition, position.offset()));
            return offsets;
        });
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
        watch.begins();
        try {
            reader.giveBack();
            endIfClosed();
            group.ifPresent(Rebalancing::autoCommit);
            return next(System.nanoTime() + atMost.toNanos(), config.maxPollRecords());
        } finally {
            watch.ends();
            user.leave();
        }
    }

    /**
     * Reads what is there now, and no more than so many records, and hands them over one by one.
     *
     * @return how many
     */
    int pollNow(int most, java.util.function.Consumer<ConsumerRecord> receiver) {
        user.enter();
        try {
            reader.giveBack();
            endIfClosed();
            group.ifPresent(Rebalancing::autoCommit);
            List<ConsumerRecord> records = next(System.nanoTime(), Math.min(most, config.maxPollRecords()));
            records.forEach(receiver);
            return records.size();
        } finally {
            user.leave();
        }
    }

    private List<ConsumerRecord> next(long deadlineNs, int most) {
        while (true) {
            runTasks();
            queue.takeFailure().ifPresent(failure -> {
                throw failure;
            });
            List<ConsumerRecord> records = reader.read(most);
            if (!records.isEmpty()) {
                counters.polled(records.size(), records.get(0).timestamp());
                return records;
            }
            reader.giveBack();
            if (!queue.await(deadlineNs)) {
                endIfClosed();
                return records;
            }
        }
    }

    /**
     * The records as a stream to one subscriber, on the common pool; as {@link #publisher(Executor)}.
     */
    public Flow.Publisher<ConsumerRecord> publisher() {
        return publisher(ForkJoinPool.commonPool());
    }

    /**
     * The records as a stream to one subscriber, which gets as many as it requests. The publisher polls from then on, and
     * nobody else may; a subscriber that is slow does not make its member leave the group.
     *
     * <p>A record is valid during {@code onNext}, and may be committed once that has returned. The stream completes when the
     * consumer is closed, and ends with the {@link MillraceException} that a poll throws.
     *
     * @param executor runs {@code onNext} and the rebalance listener, one at a time; not the I/O thread
     */
    public Flow.Publisher<ConsumerRecord> publisher(Executor executor) {
        return new RecordPublisher(this, executor);
    }

    /** Has somebody who does not wait in a poll told when there may be something to poll. */
    void attend(Runnable onNews) {
        watch.becomesOnDemand();
        queue.onNews(onNews);
    }

    /** What a poll does beside reading. */
    void keepUp() {
        user.enter();
        try {
            endIfClosed();
            runTasks();
        } finally {
            user.leave();
        }
    }

    /** Partitions that come and go. */
    private void runTasks() {
        for (Optional<Runnable> task = queue.nextTask(); task.isPresent(); task = queue.nextTask()) {
            task.get().run();
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

    /**
     * Has somebody told how many nanoseconds each request for records took to be answered, the time that a broker waits for
     * records included. On the I/O thread, where nothing may wait.
     */
    public void onFetchLatency(LongConsumer told) {
        counters.fetchTimes.listen(told);
    }

    /** Has somebody told, at each poll that returns records, how many nanoseconds ago the first of them was made. */
    public void onRecordAge(LongConsumer told) {
        counters.ages.listen(told);
    }

    /** {@code client.id}. */
    public String clientId() {
        return config.client().clientId();
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
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        queue.wake();
        if (user.enterLast(atMost)) {
            try {
                leave(deadlineNs);
            } finally {
                user.leave();
            }
        }
        queue.close();
        cluster.thread().run(fetcher::close);
        cluster.close();
    }

    private void leave(long deadlineNs) {
        if (user.isOutermost() && (user.isMine() || watch.isOnDemand())) {
            reader.close();
        }
        Duration rest = Duration.ofNanos(Math.max(0, deadlineNs - System.nanoTime()));
        group.ifPresent(member -> member.close(rest));
    }
}
