package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.net.ChunkPool;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.record.BufferChain;
import io.millrace.protocol.record.RecordHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What batches look like on the wire, as kafka-clients read it. */
final class PartitionBatchTest {
    private static final long NOON = 1_767_355_200_000L;

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Sent(long timestamp, byte[] key, byte[] value, List<RecordHeader> headers) {}

    @ParameterizedTest
    @EnumSource(Compression.class)
    void recordsOfAllSizesAreReadByKafkaClientsAsTheyWereAdded(Compression codec) {
        long seed = Long.getLong("test.seed", 42);
        Random random = new Random(seed);
        SendBuffer buffer = new SendBuffer(new ChunkPool(), 16 << 20, 1 << 20);
        BatchSealer sealer = new BatchSealer(Compressor.of(codec));
        for (int round = 0; round < 60; round++) {
            PartitionBatch batch = PartitionBatch.over(buffer);
            List<Sent> sent = new ArrayList<>();
            int count = 1 + random.nextInt(200);
            int largest = round % 3 == 0 ? 60_000 : 300;
            for (int i = 0; i < count && batch.sizeInBytes() < 1 << 20; i++) {
                Sent record = randomRecord(random, largest);
                assertTrue(batch.add(
                        record.timestamp(), record.key(), record.value(), record.headers(), SendCallback.NONE));
                sent.add(record);
            }
            batch.numberedAs(new ProducerNumber(7, (short) 3, 11));
            sealer.seal(batch);
            check(seed, sent, batch);
            batch.replaced();
        }
        assertEquals(0, buffer.used());
    }

    private static Sent randomRecord(Random random, int largest) {
        byte[] key = random.nextInt(3) == 0 ? null : new byte[random.nextInt(40)];
        byte[] value = random.nextInt(10) == 0 ? null : new byte[random.nextInt(largest)];
        if (value != null && random.nextBoolean()) {
            random.nextBytes(value);
        }
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = random.nextInt(6); i > 4; i--) {
            headers.add(RecordHeader.of("name" + i, new byte[random.nextInt(9)]));
        }
        return new Sent(NOON + random.nextInt(100_000) - 50_000, key, value, headers);
    }

    private static void check(long seed, List<Sent> sent, PartitionBatch batch) {
        BufferChain chain = batch.onTheWay();
        ByteBuffer wire = ByteBuffer.allocate(chain.sizeInBytes());
        chain.pieces().forEach(piece -> wire.put(piece.duplicate()));
        assertEquals(chain.sizeInBytes(), wire.position());
        chain.release();

        MemoryRecords records = MemoryRecords.readableRecords(wire.flip());
        List<MutableRecordBatch> batches = new ArrayList<>();
        records.batches().forEach(batches::add);
        assertEquals(1, batches.size());
        MutableRecordBatch read = batches.get(0);
        read.ensureValid();
        assertEquals(7, read.producerId());
        assertEquals(3, read.producerEpoch());
        assertEquals(11, read.baseSequence());
        assertEquals(sent.stream().mapToLong(Sent::timestamp).max().orElseThrow(), read.maxTimestamp());
        int i = 0;
        for (Record record : read) {
            Sent expected = sent.get(i);
            String what = "record " + i + ", seed " + seed;
            assertEquals(i, record.offset(), what);
            assertEquals(expected.timestamp(), record.timestamp(), what);
            assertArrayEquals(expected.key(), bytes(record.key()), what);
            assertArrayEquals(expected.value(), bytes(record.value()), what);
            Header[] headers = record.headers();
            assertEquals(expected.headers().size(), headers.length, what);
            for (int h = 0; h < headers.length; h++) {
                assertEquals(expected.headers().get(h).key(), headers[h].key(), what);
            }
            i++;
        }
        assertEquals(sent.size(), i);
    }

    private static byte[] bytes(ByteBuffer part) {
        return part == null ? null : Utils.toArray(part);
    }

    @Test
    void whatCompressionWouldNotMakeSmallerIsSentAsItIs() {
        SendBuffer buffer = new SendBuffer(new ChunkPool(), 1 << 20, 1 << 20);
        PartitionBatch batch = PartitionBatch.over(buffer);
        byte[] noise = new byte[40_000];
        new Random(1).nextBytes(noise);
        batch.add(NOON, null, noise, List.of(), SendCallback.NONE);
        int plain = batch.sizeInBytes();
        new BatchSealer(Compressor.of(Compression.LZ4)).seal(batch);
        assertEquals(Compression.NONE.id(), batch.codecId());
        assertEquals(plain, batch.sizeInBytes());
    }

    @Test
    void chunksThatCompressionSavesAreGivenBackAtOnce() {
        SendBuffer buffer = new SendBuffer(new ChunkPool(), 1 << 20, 1 << 20);
        PartitionBatch batch = PartitionBatch.over(buffer);
        batch.add(NOON, null, new byte[200_000], List.of(), SendCallback.NONE);
        assertTrue(buffer.used() > 200_000);
        new BatchSealer(Compressor.of(Compression.ZSTD)).seal(batch);
        assertEquals(buffer.chunkBytes(), buffer.used());
    }

    @Test
    void memoryIsGivenBackWhenTheBatchHasEndedAndNoSocketHoldsIt() {
        SendBuffer buffer = new SendBuffer(new ChunkPool(), 1 << 20, 1 << 20);
        PartitionBatch batch = PartitionBatch.over(buffer);
        batch.add(NOON, null, new byte[10], List.of(), SendCallback.NONE);
        new BatchSealer(Compressor.of(Compression.NONE)).seal(batch);
        BufferChain first = batch.onTheWay();
        assertTrue(batch.end(SendOutcome.success("t", 0, 5, -1)));
        assertTrue(buffer.used() > 0, "the socket still holds it");
        first.release();
        assertEquals(0, buffer.used());
        assertFalse(batch.end(SendOutcome.success("t", 0, 6, -1)), "ended once");
    }

    @Test
    void aRecordForWhichThereIsNoMemoryChangesNothing() {
        SendBuffer buffer = new SendBuffer(new ChunkPool(), 64 << 10, 64 << 10);
        PartitionBatch batch = PartitionBatch.over(buffer);
        assertTrue(batch.add(NOON, null, new byte[1_000], List.of(), SendCallback.NONE));
        int size = batch.sizeInBytes();
        assertFalse(batch.add(NOON, null, new byte[100_000], List.of(), SendCallback.NONE));
        assertEquals(size, batch.sizeInBytes());
        assertTrue(batch.add(NOON + 1, null, new byte[20_000], List.of(), SendCallback.NONE));
        batch.numberedAs(new ProducerNumber(7, (short) 3, 11));
        new BatchSealer(Compressor.of(Compression.NONE)).seal(batch);
        check(
                0,
                List.of(
                        new Sent(NOON, null, new byte[1_000], List.of()),
                        new Sent(NOON + 1, null, new byte[20_000], List.of())),
                batch);
    }
}
