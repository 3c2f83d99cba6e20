package io.millrace.tools.inspect;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.LegacyBatch;
import io.millrace.protocol.record.LegacyBatches;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One stored batch of whatever age, as a dump shows it. Valid as long as its bytes are. */
sealed interface BatchView {
    /** What decompression may make of a batch. */
    int MOST = 256 << 20;

    static BatchView of(long position, ByteBuffer bytes, boolean sound) {
        return BatchHeader.magic(bytes, 0) >= BatchHeader.MAGIC
                ? new Batch(position, new RecordBatches(bytes).next(), sound)
                : new Message(position, new LegacyBatches(bytes).next(), sound);
    }

    long position();

    boolean sound();

    int sizeInBytes();

    byte magic();

    long baseOffset();

    long lastOffset();

    long maxTimestamp();

    String codec();

    boolean isControl();

    /** -1 if it does not say. */
    int recordsCount();

    /** What only batches of today say, as words; empty for none. */
    String more();

    /** @throws RuntimeException if they are not what the batch says */
    Stream<Record> records();

    private static String codecName(int id) {
        return Compression.of(id).map(Compression::text).orElse("codec " + id);
    }

    /** Of magic 2. */
    record Batch(long position, RecordBatch batch, boolean sound) implements BatchView {
        @Override
        public int sizeInBytes() {
            return batch.sizeInBytes();
        }

        @Override
        public byte magic() {
            return BatchHeader.MAGIC;
        }

        @Override
        public long baseOffset() {
            return batch.baseOffset();
        }

        @Override
        public long lastOffset() {
            return batch.lastOffset();
        }

        @Override
        public long maxTimestamp() {
            return batch.maxTimestamp();
        }

        @Override
        public String codec() {
            return codecName(batch.codec());
        }

        @Override
        public boolean isControl() {
            return batch.isControl();
        }

        @Override
        public int recordsCount() {
            return batch.recordsCount();
        }

        @Override
        public String more() {
            StringBuilder words = new StringBuilder("epoch " + batch.leaderEpoch());
            if (batch.hasProducerId()) {
                words.append(" producer ")
                        .append(batch.producerId())
                        .append(':')
                        .append(batch.producerEpoch());
                words.append(" seq ").append(batch.baseSequence()).append("..").append(batch.lastSequence());
            }
            words.append(batch.isTransactional() ? " transactional" : "");
            words.append(batch.isControl() ? " control" : "");
            words.append(batch.isLogAppendTime() ? " log-append-time" : "");
            words.append(batch.hasDeleteHorizon() ? " delete-horizon" : "");
            return words.toString();
        }

        @Override
        public Stream<Record> records() {
            return StreamSupport.stream(batch.records(MOST).spliterator(), false);
        }
    }

    /** Of magic 0 or 1. */
    record Message(long position, LegacyBatch message, boolean sound) implements BatchView {
        @Override
        public int sizeInBytes() {
            return message.sizeInBytes();
        }

        @Override
        public byte magic() {
            return message.magic();
        }

        @Override
        public long baseOffset() {
            return message.offset();
        }

        @Override
        public long lastOffset() {
            return message.offset();
        }

        @Override
        public long maxTimestamp() {
            return message.timestamp();
        }

        @Override
        public String codec() {
            return codecName(message.codec());
        }

        @Override
        public boolean isControl() {
            return false;
        }

        @Override
        public int recordsCount() {
            return -1;
        }

        @Override
        public String more() {
            return "magic " + message.magic();
        }

        @Override
        public Stream<Record> records() {
            return StreamSupport.stream(message.records(MOST).spliterator(), false);
        }
    }
}
