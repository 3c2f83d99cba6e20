package io.millrace.broker;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells which of the keys that an operator gave do nothing here, and what was probably meant. */
final class KnownKeys {
    private static final String KAFKA_KEYS = "kafka-keys.txt";

    private KnownKeys() {}

    /** One line per key that has no effect: a key of Kafka's that is not used, or one that nobody knows. */
    static List<String> warnings(Settings settings, List<Setting<?>> used) {
        Set<String> ours = used.stream().map(Setting::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> unused = new TreeSet<>(settings.keys());
        unused.removeAll(ours);
        if (unused.isEmpty()) {
            return List.of();
        }
        Set<String> kafkas = kafkaKeys();
        List<String> warnings = new ArrayList<>();
        for (String key : unused) {
            if (kafkas.contains(key)) {
                warnings.add("Setting " + key + " is Kafka's but has no effect in this version of Millrace");
            } else {
                Set<String> all = new TreeSet<>(kafkas);
                all.addAll(ours);
                warnings.add("Setting " + key + " is not known; did you mean " + nearest(key, all) + "?");
            }
        }
        return warnings;
    }

    private static Set<String> kafkaKeys() {
        try (InputStream in = KnownKeys.class.getResourceAsStream(KAFKA_KEYS)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nearest(String key, Set<String> names) {
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String name : names) {
            int distance = distance(key, name);
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return best;
    }

    /** How many letters have to be put in, taken out or changed to make one word the other. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
