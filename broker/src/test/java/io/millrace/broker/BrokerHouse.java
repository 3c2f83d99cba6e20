package io.millrace.broker;

import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.data.FetchHandler;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.api.quota.QuotaFollower;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.config.Settings;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.coordinator.LateExecutor;
import io.millrace.broker.coordinator.ManualScheduler;
import io.millrace.broker.coordinator.ShardRuntime;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.quota.ReplicationQuotas;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.MovedClock;
import io.millrace.broker.replica.ReplicaHouse;
import io.millrace.broker.replica.ThrottleSettings;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.record.Records;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.SizeCounter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;

/**
 * Broker 1 without a network: all handlers, wired as in {@link Broker}, on real logs and a cluster in memory. Requests
 * and responses go over the wire form of their version and back, so that one that cannot be encoded fails the test.
 */
public final class BrokerHouse implements AutoCloseable {
    public static final String LISTENER = "PLAINTEXT";

    /** The event loop: what it is given runs when the test says so, and so does time. */
    public final LateExecutor workers = new LateExecutor();

    public final ManualTimer timer = new ManualTimer(workers);
    public final ReplicaHouse replica;
    public final FetchHandler fetch;
    public final Handlers handlers;
    public final Quotas quotas;

    /** The time that quotas go by, moved by hand. */
    public final AtomicLong nanoTime = new AtomicLong(1_000_000_000_000L);

    private final GroupCoordinator groups;
    private final ClusterStore.Subscription quotaChanges;
    private final ClusterStore.Subscription throttles;

    public BrokerHouse(Path directory) {
        this(directory, Map.of());
    }

    public BrokerHouse(Path directory, Map<String, String> settings) {
        this(List.of(directory), settings);
    }

    public BrokerHouse(List<Path> directories, Map<String, String> settings) {
        BrokerConfig config = BrokerConfig.from(new Settings(settings));
        GroupCoordinator[] made = new GroupCoordinator[1];
        replica = new ReplicaHouse(directories, settings, cluster -> {
            IntSupplier partitions = () -> cluster.view()
                    .topic(GroupCoordinator.TOPIC)
                    .map(topic -> topic.partitionCount())
                    .orElse(0);
            Executor here = Runnable::run;
            made[0] = new GroupCoordinator(
                    config.groups(),
                    new ViewTopics(cluster),
                    partitions,
                    new ShardRuntime(here, here, new ManualScheduler(), new MovedClock()),
                    () -> "id");
            return new GroupLeadership(made[0]);
        });
        groups = made[0];
        quotas = new Quotas(config.quotas(), nanoTime::get);
        quotaChanges = replica.cluster.subscribe(new QuotaFollower(quotas));
        ReplicationQuotas replicationQuotas =
                ReplicationQuotas.open(QuotaConfig.ofReplication(config.settings()), nanoTime::get);
        throttles = replica.cluster.subscribe(new ThrottleSettings(1, replicationQuotas, replica.logs.moveThrottle()));
        ConversionMemory conversions = new ConversionMemory(8 << 20);
        fetch = new FetchHandler(
                new Settings(settings),
                replica.cluster,
                replica.partitions,
                replica.clock,
                quotas,
                replicationQuotas.leading(),
                Runnable::run,
                conversions,
                new Addresses(1, false));
        TopicChanges changes = new TopicChanges(replica.cluster, config.newTopics(), new Random(1), timer);
        handlers = new HandlerTable(
                        config,
                        replica.cluster,
                        replica.logs,
                        replica.partitions,
                        replica.leadership,
                        groups,
                        changes,
                        fetch,
                        conversions,
                        quotas,
                        timer,
                        replica.clock)
                .build();
        replica.started();
    }

    public RequestContext context(int version) {
        return new RequestContext(
                (short) version,
                "client",
                InetAddress.getLoopbackAddress(),
                LISTENER,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 19092),
                timer);
    }

    /** Asks, and waits for what comes from the cluster and goes on on the event loop. */
    public <R extends ApiMessage> R ask(ApiKey key, ApiMessage.Decoder<R> decoder, int version, ApiMessage request) {
        CompletableFuture<R> answer = begin(key, decoder, version, request).toCompletableFuture();
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .pollInSameThread()
                .until(() -> {
                    workers.runAll();
                    return answer.isDone();
                });
        return ReplicaHouse.await(answer);
    }

    /** Asks, and tells what has been answered at any later moment. */
    public <R extends ApiMessage> Answer<R> later(
            ApiKey key, ApiMessage.Decoder<R> decoder, int version, ApiMessage request) {
        return Answer.of(begin(key, decoder, version, request));
    }

    private <R extends ApiMessage> CompletionStage<R> begin(
            ApiKey key, ApiMessage.Decoder<R> decoder, int version, ApiMessage request) {
        short v = (short) version;
        Reader in = new Reader(encoded(request, v));
        ApiMessage decoded = key.readRequest(in, v);
        in.expectEnd();
        RequestHandler<ApiMessage, ApiMessage> handler = handlers.find(key).orElseThrow();
        CompletionStage<ApiMessage> response =
                handler.tryHandle(context(version), decoded).orElseGet(() -> handler.handle(context(version), decoded));
        workers.runAll();
        return response.thenApply(answer -> decoder.read(new Reader(encoded(answer, v)), v));
    }

    /** The bytes of a message; the records in it are copied, and let go. */
    public static ByteBuffer encoded(ApiMessage message, short version) {
        SizeCounter size = new SizeCounter();
        message.write(size, version);
        ByteBuffer head = ByteBuffer.allocate(size.buffered());
        BufferWriter out = new BufferWriter(head);
        message.write(out, version);
        ByteBuffer all = ByteBuffer.allocate(size.total());
        int from = 0;
        for (BufferWriter.Splice splice : out.splices()) {
            all.put(head.slice(from, splice.position() - from));
            all.put(ReplicaHouse.bytes((Records) splice.payload()).duplicate());
            from = splice.position();
        }
        return all.put(head.slice(from, head.capacity() - from)).flip();
    }

    /** The id of a topic. */
    public Uuid id(String topic) {
        return Optional.of(topic)
                .flatMap(replica.cluster.view()::topic)
                .orElseThrow()
                .id();
    }

    @Override
    public void close() {
        quotaChanges.close();
        throttles.close();
        groups.close();
        replica.close();
        timer.shutdownNow();
    }
}
