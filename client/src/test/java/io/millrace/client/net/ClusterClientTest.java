package io.millrace.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.net.Topology.Topic;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import io.millrace.protocol.message.MetadataResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections, versions and routing against scripted brokers. */
@Timeout(30)
final class ClusterClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ListOffsetsRequest ASK = ListOffsetsRequest.builder().build();
    private static final ListOffsetsResponse ANSWER =
            ListOffsetsResponse.builder().build();

    private final FakeCluster cluster = new FakeCluster(2);
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(cluster));

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private ClusterClient client(ClientConfig config) {
        ClusterClient client = ClusterClient.open(config, true);
        opened.add(client);
        return client;
    }

    private ClientConfig.Builder config() {
        return ClientConfig.builder(cluster.bootstrap()).clientId("tester");
    }

    private ClusterClient client() {
        return client(config().build());
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static MillraceException failure(CompletionStage<?> stage) {
        CompletionException thrown = Assertions.assertThrows(CompletionException.class, () -> get(stage));
        return (MillraceException) thrown.getCause();
    }

    @Test
    void theConnectionToABootstrapAddressIsTheBrokersOnceThatIsKnown() {
        cluster.topic("orders", 1, 2);
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> Reply.of(ANSWER));
        cluster.broker(2).on(ApiKey.LIST_OFFSETS, call -> Reply.of(ANSWER));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));

        get(client.call(Target.broker(1), ASK));
        get(client.call(Target.broker(2), ASK));
        get(client.call(Target.any(), ASK));

        assertEquals(1, cluster.broker(1).connections());
        assertEquals(1, cluster.broker(2).connections());
    }

    @Test
    void aTopicIsFoundAndItsLeadersAreCalled() {
        cluster.topic("orders", 1, 2);
        cluster.broker(2).on(ApiKey.LIST_OFFSETS, call -> Reply.of(ANSWER));
        ClusterClient client = client();

        Topic topic = get(client.routing().topic("orders", LONG));

        assertEquals(cluster.topicId("orders"), topic.id());
        assertEquals(2, client.routing().topology().leader(new TopicPartition("orders", 1)));
        assertEquals(ANSWER, get(client.call(Target.broker(2), ASK)));
        assertEquals(
                "tester", cluster.broker(2).calls(ApiKey.LIST_OFFSETS).get(0).clientId());
    }

    @Test
    void manyWhoAskAreServedByFewRequests() {
        cluster.topic("orders", 1);
        ClusterClient client = client();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        cluster.brokers()
                .forEach(broker -> broker.once(
                        ApiKey.METADATA,
                        call -> new Reply.Later(
                                gate,
                                Reply.of(cluster.metadata(
                                        call.as(io.millrace.protocol.message.MetadataRequest.class))))));

        List<CompletionStage<Topology>> asked = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            asked.add(client.routing().refresh());
        }
        Awaitility.await().until(() -> !calls(ApiKey.METADATA).isEmpty());
        gate.complete(null);
        asked.forEach(ClusterClientTest::get);

        assertTrue(calls(ApiKey.METADATA).size() <= 3, () -> "requests: " + calls(ApiKey.METADATA));
    }

    private List<Object> calls(ApiKey key) {
        List<Object> calls = new ArrayList<>();
        cluster.brokers().forEach(broker -> calls.addAll(broker.calls(key)));
        return calls;
    }

    @Test
    void aTopicThatIsCreatedWhileSomebodyWaitsIsFound() {
        ClusterClient client = client();
        CompletionStage<Topic> found = client.routing().topic("late", LONG);
        Awaitility.await().until(() -> calls(ApiKey.METADATA).size() >= 2);
        cluster.topic("late", 1);
        assertEquals("late", get(found).name());
    }

    @Test
    void aTopicThatIsNotThereInTimeIsAFailureThatSaysSo() {
        MillraceException failure = failure(client().routing().topic("nowhere", Duration.ofMillis(200)));
        assertEquals(Reason.TIMED_OUT, failure.reason());
        assertTrue(failure.getMessage().contains("'nowhere'"), failure.getMessage());
        assertTrue(failure.getMessage().contains("UNKNOWN_TOPIC_OR_PARTITION"), failure.getMessage());
    }

    @Test
    void aTopicThatMayNotBeUsedFailsAtOnce() {
        cluster.brokers()
                .forEach(broker -> broker.on(
                        ApiKey.METADATA,
                        call -> Reply.of(MetadataResponse.builder()
                                .topics(List.of(MetadataResponse.Topic.builder()
                                        .name("secret")
                                        .errorCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED)
                                        .build()))
                                .build())));
        MillraceException failure = failure(client().routing().topic("secret", LONG));
        assertEquals(Reason.REFUSED, failure.reason());
        assertEquals(ErrorCode.TOPIC_AUTHORIZATION_FAILED, failure.error());
    }

    @Test
    void theHighestVersionThatBothKnowIsUsed() {
        cluster.topic("orders", 1);
        cluster.broker(1).serves(ApiKey.LIST_OFFSETS, 2, 5).on(ApiKey.LIST_OFFSETS, call -> Reply.of(ANSWER));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));

        get(client.call(Target.broker(1), ASK));
        get(client.call(Target.broker(1), ASK, Limits.NONE.upTo(3)));
        MillraceException none = failure(client.call(Target.broker(1), ASK, Limits.NONE.upTo(1)));

        assertEquals(5, cluster.broker(1).calls(ApiKey.LIST_OFFSETS).get(0).version());
        assertEquals(3, cluster.broker(1).calls(ApiKey.LIST_OFFSETS).get(1).version());
        assertEquals(ErrorCode.UNSUPPORTED_VERSION, none.error());
    }

    @Test
    void aBrokerThatDoesNotKnowOurVersionsIsAskedAgain() {
        cluster.topic("orders", 1);
        cluster.brokers().forEach(broker -> broker.once(ApiKey.API_VERSIONS, new Reply.Garbage(unsupportedVersion())));
        assertEquals("orders", get(client().routing().topic("orders", LONG)).name());
        List<Short> versions = cluster.brokers().stream()
                .flatMap(broker -> broker.calls(ApiKey.API_VERSIONS).stream())
                .map(call -> call.version())
                .toList();
        assertEquals(List.of((short) 4, (short) 2), versions);
    }

    /** Version 0 with error 35, for the first request of a connection: serves ApiVersions 0 to 2. */
    private static byte[] unsupportedVersion() {
        ApiVersionsResponse.ApiKey range = ApiVersionsResponse.ApiKey.builder()
                .apiKey((short) 18)
                .minVersion((short) 0)
                .maxVersion((short) 2)
                .build();
        ApiVersionsResponse refusal = ApiVersionsResponse.builder()
                .errorCode(ErrorCode.UNSUPPORTED_VERSION)
                .apiKeys(List.of(range))
                .build();
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(64);
        bytes.putInt(0).putInt(1);
        refusal.write(new io.millrace.protocol.wire.BufferWriter(bytes), (short) 0);
        bytes.putInt(0, bytes.position() - 4);
        byte[] frame = new byte[bytes.flip().remaining()];
        bytes.get(frame);
        return frame;
    }

    @Test
    void answersThatComeInPiecesAreAnswers() {
        cluster.topic("orders", 1);
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> new Reply.Dribble(ANSWER, 1));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        assertEquals(ANSWER, get(client.call(Target.broker(1), ASK)));
    }

    @Test
    void requestsArePipelinedAndAnsweredInOrder() {
        cluster.topic("orders", 1);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> new Reply.Later(gate, Reply.of(ANSWER)));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        List<Integer> order = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<CompletionStage<?>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            asked.add(client.call(Target.broker(1), ASK).thenRun(() -> order.add(number)));
        }
        gate.complete(null);
        asked.forEach(ClusterClientTest::get);
        assertEquals(java.util.stream.IntStream.range(0, 50).boxed().toList(), order);
    }

    @Test
    void tooManyRequestsForOneBrokerAreRefused() {
        cluster.topic("orders", 1);
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> new Reply.Silence());
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        for (int i = 0; i < PendingRequests.MAX; i++) {
            client.call(Target.broker(1), ASK);
        }
        assertEquals(
                Reason.BUFFER_FULL, failure(client.call(Target.broker(1), ASK)).reason());
    }

    @Test
    void aRequestThatIsNotAnsweredInTimeCostsTheConnection() {
        cluster.topic("orders", 1);
        cluster.broker(1)
                .on(ApiKey.LIST_OFFSETS, call -> call.connection() == 0 ? new Reply.Silence() : Reply.of(ANSWER));
        ClusterClient client = client(ClientConfig.of(cluster.broker(2).address()));
        get(client.routing().topic("orders", LONG));

        CompletionStage<?> first = client.call(Target.broker(1), ASK, Limits.NONE.within(Duration.ofMillis(200)));
        CompletionStage<?> second = client.call(Target.broker(1), ASK);

        assertEquals(Reason.TIMED_OUT, failure(first).reason());
        assertEquals(Reason.TIMED_OUT, failure(second).reason());
        assertEquals(ANSWER, get(client.retrying(LONG, () -> client.call(Target.broker(1), ASK))));
    }

    @Test
    void cutFramesAndHangupsAreRetriable() {
        cluster.topic("orders", 1);
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> Reply.of(ANSWER));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        for (int bytes = 0; bytes < 12; bytes++) {
            cluster.broker(1).once(ApiKey.LIST_OFFSETS, new Reply.Cut(ANSWER, bytes));
        }
        assertEquals(ANSWER, get(client.retrying(LONG, () -> client.call(Target.broker(1), ASK))));
        assertEquals(13, cluster.broker(1).calls(ApiKey.LIST_OFFSETS).size());
    }

    @Test
    void whoDoesNotSpeakTheProtocolIsToldApart() {
        cluster.topic("orders", 1);
        cluster.broker(1)
                .on(
                        ApiKey.LIST_OFFSETS,
                        call -> new Reply.Garbage(
                                "HTTP/1.1 400 Bad Request\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        MillraceException failure = failure(client.call(Target.broker(1), ASK));
        assertTrue(failure.getMessage().contains("does not speak Kafka's protocol"), failure.getMessage());
    }

    @Test
    void aBrokerThatIsDownFailsAtOnceUntilItsWaitIsOver() {
        cluster.topic("orders", 1);
        ClusterClient client = client(config().reconnectBackoff(Duration.ofSeconds(10), Duration.ofSeconds(10))
                .build());
        get(client.routing().topic("orders", LONG));
        cluster.broker(1).down();
        assertEquals(
                Reason.UNREACHABLE, failure(client.call(Target.broker(1), ASK)).reason());
        MillraceException second = failure(client.call(Target.broker(1), ASK));
        assertTrue(second.getMessage().contains("next attempt"), second.getMessage());
    }

    @Test
    void aHintOfANewerLeaderIsBelievedAndAnOlderOneNot() {
        cluster.topic("orders", 1);
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        TopicPartition partition = new TopicPartition("orders", 0);
        get(onThread(client, () -> client.routing().leaderIs(partition, 2, 5, java.util.Optional.empty())));
        assertEquals(2, client.routing().topology().leader(partition));
        get(onThread(client, () -> client.routing().leaderIs(partition, 1, 4, java.util.Optional.empty())));
        assertEquals(2, client.routing().topology().leader(partition));
        get(client.routing().refresh()); // whose answer has epoch 0
        assertEquals(2, client.routing().topology().leader(partition));
    }

    private static CompletionStage<Void> onThread(ClusterClient client, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        client.thread().execute(() -> {
            task.run();
            done.complete(null);
        });
        return done;
    }

    @Test
    void whenAllBrokersAreLostTheBootstrapIsAskedAgain() {
        cluster.topic("orders", 1);
        List<String> addresses = new java.util.concurrent.CopyOnWriteArrayList<>(List.of(cluster.bootstrap()));
        ClusterClient client = client(ClientConfig.builder(() -> CompletableFuture.completedStage(
                        io.millrace.client.BrokerAddress.parseList(addresses.get(addresses.size() - 1))))
                .reconnectBackoff(Duration.ofMillis(20), Duration.ofMillis(50))
                .build());
        get(client.routing().topic("orders", LONG));
        try (FakeCluster moved = new FakeCluster(1)) {
            moved.topic("orders", 1);
            cluster.brokers().forEach(broker -> broker.down());
            addresses.add(moved.bootstrap());
            get(client.retrying(LONG, () -> client.routing().refresh()));
            assertEquals(
                    moved.broker(1).port(),
                    client.routing()
                            .topology()
                            .broker(1)
                            .orElseThrow()
                            .address()
                            .port());
        }
    }

    @Test
    void closingFailsWhatIsUnderWay() {
        cluster.topic("orders", 1);
        cluster.broker(1).on(ApiKey.LIST_OFFSETS, call -> new Reply.Silence());
        ClusterClient client = client();
        get(client.routing().topic("orders", LONG));
        CompletionStage<?> asked = client.call(Target.broker(1), ASK);
        CompletionStage<?> awaited = client.routing().topic("other", LONG);
        client.close();
        assertEquals(Reason.CLOSED, failure(asked).reason());
        assertEquals(Reason.CLOSED, failure(awaited).reason());
        assertEquals(Reason.CLOSED, failure(client.call(Target.broker(1), ASK)).reason());
    }
}
