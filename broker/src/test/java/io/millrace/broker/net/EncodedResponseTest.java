package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.message.ResponseHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.Records;
import io.millrace.protocol.wire.Reader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodedResponseTest {
    private static final String TEXT = "records of the first, the second and the third partition";

    @TempDir
    private Path directory;

    private FileChannel file;
    private final AtomicInteger released = new AtomicInteger();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

    @BeforeEach
    void open() throws IOException {
        Path path = directory.resolve("segment");
        Files.writeString(path, TEXT);
        file = FileChannel.open(path, StandardOpenOption.READ);
    }

    @AfterEach
    void close() throws IOException {
        channel.finishAndReleaseAll();
        assertEquals(0, allocator.metric().usedDirectMemory(), "every buffer is given back");
        file.close();
    }

    private FileSlice slice(int from, int length) {
        return new FileSlice(file, from, length, released::incrementAndGet);
    }

    private static FetchResponse response(int version, Records... records) {
        List<Response.Partition> partitions = new ArrayList<>();
        for (Records of : records) {
            partitions.add(Response.Partition.builder()
                    .partitionIndex(partitions.size())
                    .highWatermark(7)
                    .records(of)
                    .build());
        }
        Response topic = version < 13
                ? Response.builder().topic("t").partitions(partitions).build()
                : Response.builder()
                        .topicId(Uuid.random())
                        .partitions(partitions)
                        .build();
        return FetchResponse.builder().responses(List.of(topic)).build();
    }

    private EncodedResponse encode(int version, FetchResponse response) {
        return EncodedResponse.encode(allocator, ApiKey.FETCH, (short) version, 99, response);
    }

    /** All that goes to the socket, as the other side reads it. */
    private ByteBuffer sent() throws IOException {
        channel.flush();
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        for (Object message = channel.readOutbound(); message != null; message = channel.readOutbound()) {
            if (message instanceof ByteBuf buffer) {
                buffer.getBytes(buffer.readerIndex(), bytes, buffer.readableBytes());
            } else {
                DefaultFileRegion region = (DefaultFileRegion) message;
                region.transferTo(Channels.newChannel(bytes), 0);
            }
            ReferenceCountUtil.release(message);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static String text(Response.Partition partition) {
        return StandardCharsets.UTF_8
                .decode(((BufferSlice) partition.records()).buffer().duplicate())
                .toString();
    }

    @Test
    void aBufferThatIsAwaitedIsLetGoOnceWhenItIsSentOrDiscarded() throws IOException {
        for (int round = 0; round < 2; round++) {
            released.set(0);
            BufferSlice awaited =
                    new BufferSlice(ByteBuffer.allocate(100_000), released::incrementAndGet); // not copied
            EncodedResponse encoded = encode(2, response(2, awaited, BufferSlice.EMPTY));
            assertEquals(0, released.get());
            if (round == 0) {
                encoded.writeTo(channel.pipeline().firstContext());
                assertTrue(sent().remaining() > 0);
            } else {
                encoded.discard();
            }
            assertEquals(1, released.get());
        }
    }

    @Test
    void recordsOfFilesAndBuffersStandWhereTheyBelongAtEveryVersion() throws IOException {
        for (int version = 4; version <= 18; version++) {
            released.set(0);
            BufferSlice inMemory = new BufferSlice(ByteBuffer.wrap(new byte[] {'x', 'y'}));
            EncodedResponse encoded =
                    encode(version, response(version, slice(0, 7), BufferSlice.EMPTY, inMemory, slice(11, 10)));
            encoded.writeTo(channel.pipeline().firstContext());
            ByteBuffer bytes = sent();
            assertEquals(bytes.remaining() - Integer.BYTES, bytes.getInt());
            Reader in = new Reader(bytes);
            assertEquals(
                    99,
                    ResponseHeader.read(in, ApiKey.FETCH.responseHeaderVersion(version))
                            .correlationId());
            FetchResponse read = FetchResponse.read(in, (short) version);
            in.expectEnd();
            assertEquals(
                    List.of("records", "", "xy", "the first,"),
                    read.responses().get(0).partitions().stream()
                            .map(EncodedResponseTest::text)
                            .toList());
            assertEquals(2, released.get(), "each slice once, when it was sent");
        }
    }

    @Test
    void whatIsNotSentIsLetGo() {
        EncodedResponse encoded = encode(12, response(12, slice(0, 7), slice(8, 2)));
        encoded.discard();
        assertEquals(2, released.get());
    }

    @Test
    void aClosedConnectionLetsGoOfWhatIsWritten() {
        EncodedResponse encoded = encode(12, response(12, slice(0, 7), slice(8, 2)));
        ChannelHandlerContext context = channel.pipeline().firstContext();
        channel.close();
        encoded.writeTo(context);
        context.flush();
        assertEquals(2, released.get());
        assertNull(channel.readOutbound());
    }

    @Test
    void aResponseThatItsVersionCannotTellIsADefectThatLeavesNoBufferBehind() {
        FetchResponse inSession = FetchResponse.builder().sessionId(5).build();
        assertThrows(IllegalArgumentException.class, () -> encode(6, inSession));
        encode(7, inSession).discard();
    }

    @Test
    void whatCannotBeEncodedLetsGoOfAllItsRecords() {
        FetchResponse inSession = FetchResponse.builder()
                .sessionId(5)
                .responses(response(6, slice(0, 7), awaited(40_000)).responses())
                .build();
        assertThrows(IllegalArgumentException.class, () -> encode(6, inSession));
        assertEquals(2, released.get());
    }

    @Test
    void whatCannotBeReadFromItsFileLetsGoOfAllItsRecords() {
        FetchResponse pastTheEnd = response(12, awaited(5), slice(0, 7), slice(0, 1000));
        assertThrows(UncheckedIOException.class, () -> encode(12, pastTheEnd));
        assertEquals(3, released.get());
    }

    @Test
    void whenMemoryIsUsedUpAllRecordsAreLetGoAndNoBufferStays() {
        for (int buffers = 0; buffers < 2; buffers++) {
            released.set(0);
            ByteBufAllocator scarce = new ScarceAllocator(allocator, buffers);
            FetchResponse copied = response(12, slice(0, 7), awaited(5));
            assertThrows(
                    OutOfMemoryError.class, () -> EncodedResponse.encode(scarce, ApiKey.FETCH, (short) 12, 99, copied));
            assertEquals(2, released.get(), "after " + buffers + " buffers");
        }
    }

    private BufferSlice awaited(int bytes) {
        return new BufferSlice(ByteBuffer.allocate(bytes), released::incrementAndGet);
    }
}
