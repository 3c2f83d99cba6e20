package io.millrace.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.record.BatchBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged batches are passed over and named; what lies behind them is found. */
class LogSearchTest {
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final byte GZIP = 1;

    @TempDir
    private Path data;

    private Path segment;
    private ByteBuffer first;
    private ByteBuffer second;

    @BeforeEach
    void makeBatches() throws IOException {
        segment = Files.createDirectories(data.resolve("access-0")).resolve("00000000000000000000.log");
        first = batch(0);
        second = batch(1);
    }

    private static ByteBuffer batch(long offset) {
        byte[] value = ("record " + offset).getBytes(StandardCharsets.UTF_8);
        return BatchBuilder.create()
                .baseOffset(offset)
                .append(1000 + offset, new byte[0], value)
                .build();
    }

    private LogSearch.Found find(LogSearch search) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (ByteBuffer batch : List.of(first, second)) {
            byte[] bytes = new byte[batch.remaining()];
            batch.duplicate().get(bytes);
            file.writeBytes(bytes);
        }
        Files.write(segment, file.toByteArray());
        return search.in(LogFiles.under(data.resolve("access-0")).get(0)).orElseThrow();
    }

    @Test
    void theFirstRecordIsFound() throws IOException {
        LogSearch search = LogSearch.forTime(0);
        assertEquals(0, find(search).offset());
        assertEquals(List.of(), search.unreadable());
    }

    @Test
    void aBatchWithAWrongChecksumIsPassedOver() throws IOException {
        int last = first.limit() - 1;
        first.put(last, (byte) (first.get(last) ^ 1));
        LogSearch search = LogSearch.forTime(0);
        assertEquals(1, find(search).offset());
        assertTrue(search.unreadable().get(0).endsWith("position 0: the checksum of this batch is wrong"));
    }

    @Test
    void aBatchWhoseRecordsCannotBeReadIsPassedOver() throws IOException {
        first.put(ATTRIBUTES + 1, GZIP); // which its records are not
        CRC32C crc = new CRC32C();
        crc.update(first.duplicate().position(ATTRIBUTES));
        first.putInt(CRC, (int) crc.getValue());
        LogSearch search = LogSearch.forOffset(0);
        assertEquals(1, find(search).offset());
        assertTrue(search.unreadable().get(0).contains("position 0: its records cannot be read"));
    }
}
