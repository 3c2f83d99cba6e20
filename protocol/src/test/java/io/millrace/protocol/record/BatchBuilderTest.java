package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchBuilderTest {
    private static final int ENOUGH = 1 << 20;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatWasAppendedIsRead(Compression codec) {
        RecordHeader full = RecordHeader.of("trace", new byte[] {1, 2});
        RecordHeader empty = new RecordHeader("\u00e9", Optional.empty());
        BatchBuilder builder = BatchBuilder.create()
                .baseOffset(40)
                .leaderEpoch(3)
                .compression(codec)
                .producer(77, (short) 5, 9)
                .append(1000, bytes("k"), bytes("v"))
                .append(990, (byte[]) null, (byte[]) null)
                .append(2000, utf8("key"), utf8("value"), List.of(full, empty, full));
        assertEquals(3, builder.count());
        RecordBatch batch = only(builder.build());

        assertTrue(batch.hasValidCrc());
        assertEquals(40, batch.baseOffset());
        assertEquals(42, batch.lastOffset());
        assertEquals(3, batch.leaderEpoch());
        assertEquals(codec.id(), batch.codec());
        assertEquals(77, batch.producerId());
        assertEquals(5, batch.producerEpoch());
        assertEquals(9, batch.baseSequence());
        assertEquals(11, batch.lastSequence());
        assertEquals(1000, batch.baseTimestamp());
        assertEquals(2000, batch.maxTimestamp());
        assertFalse(batch.isTransactional() || batch.isControl() || batch.isLogAppendTime());

        List<Record> records = list(batch.records(ENOUGH));
        assertEquals(3, records.size());
        assertEquals(
                List.of(40L, 41L, 42L), records.stream().map(Record::offset).toList());
        assertEquals(
                List.of(1000L, 990L, 2000L),
                records.stream().map(Record::timestamp).toList());
        assertEquals(Optional.of(utf8("k")), records.get(0).key());
        assertEquals(Optional.of(utf8("v")), records.get(0).value());
        assertEquals(List.of(), records.get(0).headers());
        assertEquals(Optional.empty(), records.get(1).key());
        assertEquals(Optional.empty(), records.get(1).value());
        assertFalse(records.get(1).hasKey() || records.get(1).hasValue());
        assertEquals(List.of(full, empty, full), records.get(2).headers());
        assertEquals(Optional.of(Bytes.of(new byte[] {1, 2})), full.value());
        assertEquals(5, records.get(2).valueSize());
    }

    @Test
    void logAppendTimeIsTheTimeOfAllRecords() {
        RecordBatch batch = only(BatchBuilder.create()
                .append(5, bytes("a"), bytes("b"))
                .logAppendTime(99)
                .build());
        assertTrue(batch.isLogAppendTime());
        assertEquals(99, batch.maxTimestamp());
        assertEquals(99, list(batch.records(ENOUGH)).get(0).timestamp());
    }

    @Test
    void flagsAreSet() {
        RecordBatch batch = only(BatchBuilder.create()
                .transactional()
                .control()
                .append(5, bytes("a"), bytes("b"))
                .build());
        assertTrue(batch.isTransactional() && batch.isControl());
    }

    @Test
    void recordsKeepTheirOffsetsWhenCopied() {
        List<Record> all = list(only(BatchBuilder.create()
                        .baseOffset(100)
                        .append(1, bytes("a"), bytes("1"))
                        .append(2, bytes("b"), bytes("2"))
                        .append(3, bytes("c"), bytes("3"))
                        .build())
                .records(ENOUGH));
        RecordBatch batch = only(BatchBuilder.create()
                .baseOffset(100)
                .append(all.get(0))
                .append(all.get(2))
                .build());
        assertEquals(102, batch.lastOffset());
        assertEquals(2, batch.recordsCount());
        assertEquals(
                List.of(100L, 102L),
                list(batch.records(ENOUGH)).stream().map(Record::offset).toList());
        assertThrows(
                IllegalArgumentException.class,
                () -> BatchBuilder.create().baseOffset(100).append(all.get(2)).append(all.get(0)));
    }

    @Test
    void theSizeIsKnownBeforeItIsBuilt() {
        BatchBuilder builder = BatchBuilder.create();
        for (int i = 0; i < 1000; i++) {
            builder.append(i, bytes("key" + i), new byte[i]);
        }
        int size = builder.sizeInBytes();
        assertEquals(size, builder.build().remaining());
    }

    @Test
    void aBatchNeedsARecord() {
        assertThrows(IllegalStateException.class, () -> BatchBuilder.create().build());
    }

    private static RecordBatch only(ByteBuffer bytes) {
        RecordBatches batches = new RecordBatches(bytes);
        RecordBatch batch = batches.next();
        assertEquals(0, batches.leftOver());
        return batch;
    }

    private static List<Record> list(Iterable<Record> records) {
        List<Record> list = new ArrayList<>();
        records.forEach(list::add);
        return list;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(bytes(text));
    }
}
