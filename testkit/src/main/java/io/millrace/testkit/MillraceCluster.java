package io.millrace.testkit;

import io.millrace.client.ClientConfig;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewTopic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One or several brokers in this JVM, ready to be used.
 *
 * <pre>{@code
 * try (MillraceCluster cluster = MillraceCluster.brokers(3).topic("orders", 6).start()) {
 *     var producer = new KafkaProducer<>(Map.of("bootstrap.servers", cluster.bootstrapServers()), ...);
 *     cluster.broker(2).kill();
 * }
 * }</pre>
 *
 * <p>Everything is the cluster's own: ports, data, topics. {@link #close} takes it all away again.
 *
 * <p>Threading: any.
 */
public final class MillraceCluster implements AutoCloseable {
    private static final int MOST_BROKERS = 9;

    private final Path data;
    private final SharedZooKeeper.Part zooKeeper;
    private final List<TestBroker> brokers;

    private MillraceCluster(Path data, SharedZooKeeper.Part zooKeeper, List<TestBroker> brokers) {
        this.data = data;
        this.zooKeeper = zooKeeper;
        this.brokers = List.copyOf(brokers);
    }

    /** One broker with default settings, started. */
    public static MillraceCluster start() {
        return brokers(1).start();
    }

    /** A plan for so many brokers, with ids from 1 on; 1 to 9. */
    public static Plan brokers(int count) {
        return new Plan(count);
    }

    /** What {@code bootstrap.servers} is to be: all brokers, whether they run or not. */
    public String bootstrapServers() {
        return brokers.stream().map(TestBroker::address).collect(Collectors.joining(","));
    }

    /** All brokers, by id. */
    public List<TestBroker> brokers() {
        return brokers;
    }

    /** The broker with an id, from 1 on. */
    public TestBroker broker(int id) {
        if (id < 1 || id > brokers.size()) {
            throw new IllegalArgumentException("There is no broker " + id + "; ids go from 1 to " + brokers.size());
        }
        return brokers.get(id - 1);
    }

    /** Creates a topic with as many replicas as there are brokers, three at most. It can be used when this returns. */
    public void createTopic(String name, int partitions) {
        createTopics(List.of(NewTopic.of(name, partitions, -1)));
    }

    /** Creates topics. They can be used when this returns. */
    public void createTopics(List<NewTopic> topics) {
        if (topics.isEmpty()) {
            return;
        }
        try (Admin admin = admin()) {
            ItemResult.getAll(admin.createTopics(topics.toArray(NewTopic[]::new))
                    .toCompletableFuture()
                    .join());
        }
    }

    private Admin admin() {
        return Admin.open(ClientConfig.builder(bootstrapServers())
                .clientId("millrace-testkit")
                .build());
    }

    /** Has groups' positions on all brokers before a test stops one of them: whoever asks for a group creates their topic. */
    private void prepareGroups() {
        try (Admin admin = admin()) {
            admin.describeGroup("millrace-testkit").toCompletableFuture().join();
        }
    }

    /** Ends all brokers and deletes their data. Does nothing the second time. */
    @Override
    public void close() {
        brokers.parallelStream().forEach(TestBroker::kill); // nobody will miss what a stop in order would save
        try (zooKeeper) {
            Directories.delete(data);
        } catch (IOException e) {
            throw new UncheckedIOException("A test's brokers left something behind: " + e.getMessage(), e);
        }
    }

    private void startBrokers() {
        List<CompletableFuture<Void>> starting = brokers.stream()
                .map(broker -> CompletableFuture.runAsync(broker::start, task -> new Thread(task, "start").start()))
                .toList();
        try {
            starting.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException why ? why : e;
        }
    }

    /** What is to be started. Each method changes it and returns it. */
    public static final class Plan {
        private final int count;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<NewTopic> topics = new ArrayList<>();
        private boolean inMemory;

        private Plan(int count) {
            if (count < 1 || count > MOST_BROKERS) {
                throw new IllegalArgumentException(
                        "A cluster for tests has 1 to " + MOST_BROKERS + " brokers, not " + count);
            }
            this.count = count;
        }

        /** Sets a broker setting by Kafka's name, for all brokers. */
        public Plan set(String key, String value) {
            settings.put(key, value);
            return this;
        }

        /** Has a topic there from the beginning, with as many replicas as there are brokers, three at most. */
        public Plan topic(String name, int partitions) {
            return topic(NewTopic.of(name, partitions, -1));
        }

        /** Has a topic there from the beginning. */
        public Plan topic(NewTopic topic) {
            topics.add(topic);
            return this;
        }

        /** Keeps all data in memory (in /dev/shm, where there is one) instead of the directory for temporary files. */
        public Plan inMemory() {
            inMemory = true;
            return this;
        }

        /**
         * Starts it; when this returns, clients can use it.
         *
         * @throws UncheckedIOException if a broker does not start, with the reason; nothing is left behind
         */
        public MillraceCluster start() {
            return furnish(startBare());
        }

        /** Starts it without its topics. */
        MillraceCluster startBare() {
            MillraceCluster cluster = made();
            try {
                cluster.startBrokers();
                return cluster;
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        /** Makes the topics; brokers that cannot take them are ended. */
        MillraceCluster furnish(MillraceCluster cluster) {
            try {
                cluster.createTopics(topics);
                if (count > 1) {
                    cluster.prepareGroups();
                }
                return cluster;
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        }

        private MillraceCluster made() {
            try {
                Path data = inMemory ? Directories.inMemory() : Directories.onDisk();
                try {
                    SharedZooKeeper.Part zooKeeper = SharedZooKeeper.take();
                    return new MillraceCluster(data, zooKeeper, plan(data, zooKeeper));
                } catch (IOException e) {
                    Directories.delete(data);
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The same brokers, without topics. */
        Plan bare() {
            Plan bare = new Plan(count);
            bare.settings.putAll(settings);
            bare.inMemory = inMemory;
            return bare;
        }

        /** Whether the other has the same brokers. */
        boolean hasBrokersOf(Plan other) {
            return count == other.count && inMemory == other.inMemory && settings.equals(other.settings);
        }

        private List<TestBroker> plan(Path data, SharedZooKeeper.Part zooKeeper) {
            return IntStream.rangeClosed(1, count)
                    .mapToObj(id -> {
                        Map<String, String> own = new LinkedHashMap<>(Defaults.of(count));
                        own.put("zookeeper.connect", zooKeeper.connect());
                        own.putAll(settings);
                        own.put("log.dirs", data.resolve("broker-" + id).toString());
                        return new TestBroker(id, Ports.free(), own);
                    })
                    .toList();
        }
    }
}
