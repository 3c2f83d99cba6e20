package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.LogDirectories;
import io.millrace.broker.log.Logs;
import io.millrace.broker.log.LogsConfig;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Broker 1 as far as partitions go: real logs in a directory, the cluster in memory, and short ways to use them. */
public final class ReplicaHouse implements AutoCloseable {
    public static final int SELF = 1;

    public final MovedClock clock = new MovedClock();
    public final InMemoryClusterStore.Truth truth = new InMemoryClusterStore.Truth("cluster");
    public final InMemoryClusterStore cluster = new InMemoryClusterStore(truth);
    public final ReplicaRuntime runtime = new RealRuntime(clock);
    public final Partitions partitions = new Partitions(SELF, cluster, runtime);

    /** What the listener was told, in order. */
    public final List<String> told = Collections.synchronizedList(new ArrayList<>());

    private final ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(1, work -> {
        Thread thread = new Thread(work, "background");
        thread.setDaemon(true);
        return thread;
    });
    public final Logs logs;
    public final Leadership leadership;

    public ReplicaHouse(Path directory) {
        this(List.of(directory), Map.of());
    }

    public ReplicaHouse(List<Path> directories, Map<String, String> settings) {
        this(directories, settings, cluster -> new Nobody());
    }

    private static final class Nobody implements LeadershipListener {
        @Override
        public void leads(Partition partition, int leaderEpoch) {}

        @Override
        public void resigned(TopicPartition partition) {}
    }

    /** @param listeners makes who is told of leadership */
    public ReplicaHouse(
            List<Path> directories,
            Map<String, String> settings,
            Function<ClusterStore, LeadershipListener> listeners) {
        LeadershipListener listener = listeners.apply(cluster);
        Map<String, String> all = new HashMap<>(settings);
        all.put(
                "log.dirs",
                String.join(",", directories.stream().map(Path::toString).toList()));
        Settings broker = new Settings(all);
        LogsConfig config = LogsConfig.from(broker);
        logs = Logs.open(LogDirectories.lock(config.directories()), config, clock, background);
        LeadershipListener noting = new LeadershipListener() {
            @Override
            public void leads(Partition partition, int leaderEpoch) {
                told.add("leads " + partition.id() + " at " + leaderEpoch);
                listener.leads(partition, leaderEpoch);
            }

            @Override
            public void resigned(TopicPartition partition) {
                told.add("resigned " + partition);
                listener.resigned(partition);
            }
        };
        leadership = new Leadership(
                new Leadership.Surroundings(
                        SELF,
                        cluster,
                        logs,
                        partitions,
                        new NoPeers(),
                        new ReplicationThrottle(QuotaConfig.ofReplication(broker), System::nanoTime),
                        runtime),
                ReplicaConfig.from(broker),
                LogConfig.from(broker),
                noting);
        await(cluster.register(new BrokerRegistration(
                SELF,
                List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "one.example", 9092)),
                Optional.of("rack-a"),
                0,
                leadership.mayLackRecords())));
    }

    /** Begins to lead, and waits until all is led. */
    public ReplicaHouse started() {
        await(leadership.start());
        return this;
    }

    public Uuid topic(String name, int partitionCount) {
        return topic(name, partitionCount, Map.of());
    }

    /** A topic of which this broker holds everything. */
    public Uuid topic(String name, int partitionCount, Map<String, String> config) {
        Uuid id = Uuid.random();
        await(cluster.createTopic(new NewTopic(name, id, Collections.nCopies(partitionCount, List.of(SELF)), config)));
        caughtUp();
        return id;
    }

    public void delete(String name) {
        await(cluster.deleteTopic(name, cluster.view().topic(name).orElseThrow().id()));
        caughtUp();
    }

    /** Waits until this broker has done what the cluster has said. */
    public void caughtUp() {
        await(cluster.when(view -> true));
        await(leadership.caughtUp());
    }

    public Partition partition(String topic, int number) {
        return partitions.leading(new TopicPartition(topic, number));
    }

    /** What a stage came to; the ApiException that it failed with is thrown. */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ApiException known ? known : e;
        }
    }

    /** A batch as a producer sends it: one record per text, each a second after the one before. */
    public static ByteBuffer batch(String... texts) {
        return building(MovedClock.START_MS, texts).build();
    }

    public static BatchBuilder building(long firstMs, String... texts) {
        BatchBuilder builder = BatchBuilder.create();
        long time = firstMs;
        for (String text : texts) {
            builder.append(time, null, text.getBytes(StandardCharsets.UTF_8));
            time += 1000;
        }
        return builder;
    }

    public static RecordBatch only(ByteBuffer bytes) {
        return new RecordBatches(bytes).next();
    }

    /** The bytes of records, which are let go. */
    public static ByteBuffer bytes(Records records) {
        try {
            if (records instanceof FileSlice slice) {
                ByteBuffer bytes = ByteBuffer.allocate(slice.length());
                slice.copyTo(bytes);
                return bytes.flip();
            }
            return ((BufferSlice) records).buffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            records.release();
        }
    }

    public static List<RecordBatch> batches(Records records) {
        List<RecordBatch> batches = new ArrayList<>();
        new RecordBatches(bytes(records)).forEachRemaining(batches::add);
        return batches;
    }

    /** Stops as a broker stops. */
    @Override
    public void close() {
        leadership.close();
        logs.close();
        ClusterStore left = cluster;
        left.close();
        background.shutdownNow();
    }
}
