package io.millrace.tools.group;

import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Positions in a file, one a line: {@code topic,partition,offset}, as Kafka's own tool writes and reads them. */
final class SeekFile {
    private SeekFile() {}

    /** @throws Failure naming the line that cannot be read */
    static Map<TopicPartition, Long> parse(String file, List<String> lines) {
        Map<TopicPartition, Long> positions = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split(",");
            try {
                if (words.length != 3) {
                    throw new NumberFormatException();
                }
                positions.put(
                        new TopicPartition(words[0].strip().replace("\"", ""), Integer.parseInt(words[1].strip())),
                        Long.parseLong(words[2].strip()));
            } catch (NumberFormatException e) {
                throw Failure.usage(file + ", line " + (i + 1) + ": '" + line + "' is not topic,partition,offset");
            }
        }
        return positions;
    }

    static List<String> lines(Map<TopicPartition, Long> positions) {
        return positions.entrySet().stream()
                .map(entry -> entry.getKey().topic() + "," + entry.getKey().partition() + "," + entry.getValue())
                .toList();
    }
}
