package io.millrace.tools.inspect;

import io.millrace.broker.log.IndexFiles;
import io.millrace.broker.log.SegmentInspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Dumps the files beside a {@code .log}: indexes, snapshots of producers, checkpoints. Threading: one thread's. */
final class SmallFilesDump {
    private final Dump dump;

    SmallFilesDump(Dump dump) {
        this.dump = dump;
    }

    /** Whether there is a form for such a file. */
    boolean dump(Path file) throws IOException {
        String name = file.getFileName().toString();
        long base = SegmentInspector.baseOffset(file).orElse(0);
        if (name.endsWith(".index")) {
            offsets(file, base);
        } else if (name.endsWith(".timeindex")) {
            times(file, base);
        } else if (name.endsWith(".snapshot")) {
            producers(file);
        } else if (name.endsWith("checkpoint")) {
            checkpoint(file);
        } else if (name.equals("partition.metadata") || name.equals("meta.properties")) {
            dump.file(file.toString(), "");
            Files.readAllLines(file).forEach(line -> dump.row("line", Map.of("text", line), line));
        } else {
            return false;
        }
        return true;
    }

    private void offsets(Path file, long base) throws IOException {
        List<IndexFiles.OffsetEntry> entries = IndexFiles.offsets(file, base);
        dump.file(file.toString(), entries.size() + " entries");
        dump.row("", Map.of(), String.format("%20s  %12s", "OFFSET", "POSITION"));
        for (IndexFiles.OffsetEntry entry : entries) {
            dump.row(
                    "offset-index",
                    fields("offset", entry.offset(), "position", entry.position()),
                    String.format("%20s  %12s", entry.offset(), entry.position()));
        }
    }

    private void times(Path file, long base) throws IOException {
        List<IndexFiles.TimeEntry> entries = IndexFiles.times(file, base);
        dump.file(file.toString(), entries.size() + " entries");
        dump.row("", Map.of(), String.format("%-24s  %20s", "TIME", "OFFSET"));
        for (IndexFiles.TimeEntry entry : entries) {
            dump.row(
                    "time-index",
                    fields("timestamp", entry.timestamp(), "offset", entry.offset()),
                    String.format("%-24s  %20s", SegmentDump.time(entry.timestamp()), entry.offset()));
        }
    }

    private void producers(Path file) throws IOException {
        Optional<List<IndexFiles.ProducerEntry>> entries = IndexFiles.producers(file);
        dump.file(file.toString(), entries.map(List::size).orElse(0) + " producers");
        if (entries.isEmpty()) {
            dump.note("its checksum or its version is wrong");
            return;
        }
        String row = "%20s  %6s  %12s  %14s  %-24s  %s";
        dump.row(
                "",
                Map.of(),
                String.format(row, "PRODUCER", "EPOCH", "LAST-SEQ", "LAST-OFFSET", "LAST-TIME", "TRANSACTION-FROM"));
        for (IndexFiles.ProducerEntry entry : entries.get()) {
            Map<String, Object> fields = fields("producerId", entry.producerId(), "epoch", (int) entry.epoch());
            fields.put("lastSequence", entry.lastSequence());
            fields.put("lastOffset", entry.lastOffset());
            fields.put("lastTimestamp", entry.lastTimestamp());
            fields.put("coordinatorEpoch", entry.coordinatorEpoch());
            fields.put("transactionStart", entry.transactionStart());
            dump.row(
                    "producer",
                    fields,
                    String.format(
                            row,
                            entry.producerId(),
                            entry.epoch(),
                            entry.lastSequence(),
                            entry.lastOffset(),
                            SegmentDump.time(entry.lastTimestamp()),
                            entry.transactionStart() < 0 ? "-" : entry.transactionStart()));
        }
    }

    private void checkpoint(Path file) throws IOException {
        List<String> lines = IndexFiles.checkpoint(file);
        dump.file(file.toString(), lines.size() + " entries");
        if (file.getFileName().toString().equals("leader-epoch-checkpoint")) {
            dump.row("", Map.of(), String.format("%8s  %20s", "EPOCH", "FROM-OFFSET"));
            for (String line : lines) {
                String[] parts = line.split(" ", 2);
                String start = parts.length > 1 ? parts[1] : "";
                dump.row(
                        "epoch",
                        fields("epoch", parts[0], "startOffset", start),
                        String.format("%8s  %20s", parts[0], start));
            }
        } else {
            lines.forEach(line -> dump.row("entry", fields("entry", line, "", ""), "  " + line));
        }
    }

    private static Map<String, Object> fields(String first, Object one, String second, Object other) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(first, one);
        if (!second.isEmpty()) {
            fields.put(second, other);
        }
        return fields;
    }
}
