package io.millrace.broker;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.message.ResponseHeader;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The few requests of {@link WarmUp}, one after the other, on one connection.
 *
 * <p>Threading: one thread.
 */
final class WarmUpClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 4096;
    private static final int PATIENCE_MS = 20_000;
    private static final int LOOK_EVERY_MS = 20;

    private final Socket socket;

    private WarmUpClient(Socket socket) {
        this.socket = socket;
    }

    static WarmUpClient connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        return new WarmUpClient(socket);
    }

    void askVersions() throws IOException {
        ask(
                ApiKey.API_VERSIONS,
                ApiVersionsRequest.builder()
                        .clientSoftwareName("millrace")
                        .clientSoftwareVersion("1")
                        .build());
    }

    /** Asks for all topics until the answer meets a condition. */
    MetadataResponse await(String what, Predicate<MetadataResponse> condition)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < PATIENCE_MS * 1_000_000L) {
            MetadataResponse metadata = metadata(null);
            if (condition.test(metadata)) {
                return metadata;
            }
            Thread.sleep(LOOK_EVERY_MS);
        }
        throw new IOException("There was no " + what + " within " + PATIENCE_MS + " ms");
    }

    static boolean isLedBy(MetadataResponse metadata, String topic, int broker) {
        return metadata.topics().stream()
                .filter(known -> topic.equals(known.name()))
                .flatMap(known -> known.partitions().stream())
                .anyMatch(partition -> partition.leaderId() == broker);
    }

    private MetadataResponse metadata(List<MetadataRequest.Topic> topics) throws IOException {
        return (MetadataResponse)
                ask(ApiKey.METADATA, MetadataRequest.builder().topics(topics).build());
    }

    void createTopic(String name, List<Integer> replicas) throws IOException {
        ask(
                ApiKey.CREATE_TOPICS,
                CreateTopicsRequest.builder()
                        .topics(List.of(CreateTopicsRequest.Topic.builder()
                                .name(name)
                                .numPartitions(-1)
                                .replicationFactor((short) -1)
                                .assignments(List.of(new CreateTopicsRequest.Topic.Assignment(0, replicas)))
                                .build()))
                        .timeoutMs(PATIENCE_MS)
                        .build());
    }

    void findCoordinator(String group) throws IOException {
        ask(
                ApiKey.FIND_COORDINATOR,
                FindCoordinatorRequest.builder().coordinatorKeys(List.of(group)).build());
    }

    void produce(String topic) throws IOException {
        ByteBuffer batch = BatchBuilder.create()
                .append(System.currentTimeMillis(), null, topic.getBytes(StandardCharsets.UTF_8))
                .build();
        ProduceRequest.TopicData.PartitionData data = ProduceRequest.TopicData.PartitionData.builder()
                .index(0)
                .records(new BufferSlice(batch))
                .build();
        ask(
                ApiKey.PRODUCE,
                ProduceRequest.builder()
                        .acks((short) -1)
                        .timeoutMs(PATIENCE_MS)
                        .topicData(List.of(ProduceRequest.TopicData.builder()
                                .topicId(idOf(topic))
                                .partitionData(List.of(data))
                                .build()))
                        .build());
    }

    void fetch(String topic) throws IOException {
        FetchRequest.Topic.Partition partition = FetchRequest.Topic.Partition.builder()
                .partition(0)
                .partitionMaxBytes(1 << 20)
                .build();
        ask(
                ApiKey.FETCH,
                FetchRequest.builder()
                        .maxBytes(1 << 20)
                        .sessionEpoch(-1)
                        .topics(List.of(FetchRequest.Topic.builder()
                                .topicId(idOf(topic))
                                .partitions(List.of(partition))
                                .build()))
                        .build());
    }

    private Uuid idOf(String topic) throws IOException {
        return metadata(List.of(MetadataRequest.Topic.builder().name(topic).build()))
                .topics()
                .get(0)
                .topicId();
    }

    private ApiMessage ask(ApiKey key, ApiMessage request) throws IOException {
        short version = key.highestVersion();
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
        BufferWriter out = new BufferWriter(bytes);
        out.i32(0);
        new RequestHeader(key.id(), version, 1, "warm-up").write(out, key.requestHeaderVersion(version));
        request.write(out, version);
        byte[] frame = joined(bytes.flip(), out.splices());
        ByteBuffer.wrap(frame).putInt(0, frame.length - Integer.BYTES);
        socket.getOutputStream().write(frame);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = in.readNBytes(in.readInt());
        Reader reader = new Reader(ByteBuffer.wrap(answer));
        ResponseHeader.read(reader, key.responseHeaderVersion(version));
        return key.readResponse(reader, version);
    }

    /** What was written, with the records between. */
    private static byte[] joined(ByteBuffer written, List<BufferWriter.Splice> splices) {
        ByteBuffer all = ByteBuffer.allocate(BUFFER_BYTES);
        for (BufferWriter.Splice splice : splices) {
            all.put(written.slice(written.position(), splice.position() - written.position()));
            all.put(((BufferSlice) splice.payload()).buffer().duplicate());
            written.position(splice.position());
        }
        all.put(written);
        return Arrays.copyOf(all.array(), all.position());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
