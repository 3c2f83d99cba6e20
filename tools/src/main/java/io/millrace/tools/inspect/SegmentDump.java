package io.millrace.tools.inspect;

import io.millrace.broker.log.SegmentInspector;
import io.millrace.protocol.record.Record;
import io.millrace.tools.terminal.Units;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Dumps a {@code .log}: its batches, and their records if that is wanted.
 *
 * <p>Threading: one thread's.
 */
final class SegmentDump {
    private static final String ROW = "%10s %9s  %-21s %8s  %-24s  %-6s  %s";

    private final Dump dump;
    private final boolean withRecords;
    private final long from;
    private final long most;
    private long shown;

    /**
     * @param from offsets below are left out
     * @param most batches
     */
    SegmentDump(Dump dump, boolean withRecords, long from, long most) {
        this.dump = dump;
        this.withRecords = withRecords;
        this.from = from;
        this.most = most;
    }

    void dump(Path file) throws IOException {
        try (SegmentInspector segment = SegmentInspector.open(file)) {
            dump.file(file.toString(), Units.bytes(segment.sizeInBytes()));
            dump.row("", Map.of(), String.format(ROW, "POSITION", "SIZE", "OFFSETS", "RECORDS", "TIME", "CODEC", ""));
            boolean offsets = isOffsetsTopic(file);
            long end = segment.walk(0, (position, bytes, sound) -> batch(position, bytes, sound, offsets));
            if (end < segment.sizeInBytes() && shown < most) {
                dump.note((segment.sizeInBytes() - end) + " bytes from position " + end
                        + " on are no whole batch; 'millrace log verify' says more");
            }
        }
    }

    private static boolean isOffsetsTopic(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        return directory != null && directory.getFileName().toString().startsWith(OffsetsTopic.NAME + "-");
    }

    private boolean batch(long position, ByteBuffer bytes, boolean sound, boolean offsets) {
        BatchView batch = BatchView.of(position, bytes, sound);
        if (batch.lastOffset() < from) {
            return true;
        }
        shown++;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("position", position);
        fields.put("size", batch.sizeInBytes());
        fields.put("baseOffset", batch.baseOffset());
        fields.put("lastOffset", batch.lastOffset());
        fields.put("records", batch.recordsCount());
        fields.put("maxTimestamp", batch.maxTimestamp());
        fields.put("codec", batch.codec());
        fields.put("magic", (int) batch.magic());
        fields.put("crcIsRight", sound);
        fields.put("more", batch.more());
        dump.row(
                "batch",
                fields,
                String.format(
                        ROW,
                        position,
                        batch.sizeInBytes(),
                        batch.baseOffset() + ".." + batch.lastOffset(),
                        batch.recordsCount() < 0 ? "" : batch.recordsCount(),
                        time(batch.maxTimestamp()),
                        batch.codec(),
                        batch.more()));
        if (!sound) {
            dump.note("           the checksum of this batch is wrong");
        } else if (withRecords) {
            records(batch, offsets);
        }
        return shown < most;
    }

    private void records(BatchView batch, boolean offsets) {
        try {
            for (Iterator<Record> records = batch.records().iterator(); records.hasNext(); ) {
                Record record = records.next();
                if (record.offset() >= from) {
                    record(record, batch.isControl(), offsets);
                }
            }
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) { // the checksum is right, and what it covers is not
            dump.note("           its records cannot be read: " + e.getMessage());
        }
    }

    private void record(Record record, boolean control, boolean offsets) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("offset", record.offset());
        fields.put("timestamp", record.timestamp());
        Optional<Map<String, Object>> meaning = offsets && !control ? OffsetsTopic.read(record) : Optional.empty();
        String content;
        if (control) {
            content = marker(record);
            fields.put("marker", content);
        } else if (meaning.isPresent()) {
            fields.putAll(meaning.get());
            content = meaning.get().entrySet().stream()
                    .map(field -> field.getKey().equals("kind")
                            ? String.valueOf(field.getValue())
                            : field.getKey() + "=" + field.getValue())
                    .collect(Collectors.joining(" "));
        } else {
            fields.put("key", record.key().map(ShownBytes::of));
            fields.put("value", record.value().map(ShownBytes::of));
            content = plain(record, fields);
        }
        dump.row(
                "record", fields, String.format("%20s  %-24s  %s", record.offset(), time(record.timestamp()), content));
    }

    private static String plain(Record record, Map<String, Object> fields) {
        StringBuilder line = new StringBuilder();
        record.key().ifPresent(key -> line.append(ShownBytes.of(key)).append(" = "));
        line.append(record.value().map(ShownBytes::of).orElse("null"));
        if (!record.headers().isEmpty()) {
            String headers = record.headers().stream()
                    .map(header -> header.key() + "="
                            + header.value()
                                    .map(value -> ShownBytes.of(ByteBuffer.wrap(value.toArray())))
                                    .orElse("null"))
                    .collect(Collectors.joining(", "));
            fields.put("headers", headers);
            line.append("  [").append(headers).append(']');
        }
        return line.toString();
    }

    /** Key of a control record: i16 version, i16 type. */
    private static String marker(Record record) {
        ByteBuffer key = record.key().orElse(ByteBuffer.allocate(0));
        short type = key.remaining() >= 2 * Short.BYTES ? key.getShort(key.position() + Short.BYTES) : -1;
        return switch (type) {
            case 0 -> "marker: abort";
            case 1 -> "marker: commit";
            default -> "marker of type " + type;
        };
    }

    static String time(long timestamp) {
        return timestamp < 0 ? "-" : Instant.ofEpochMilli(timestamp).toString();
    }
}
