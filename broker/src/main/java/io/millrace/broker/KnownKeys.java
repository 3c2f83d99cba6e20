package io.millrace.broker;

import io.millrace.broker.config.NearestName;
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
                String meant = NearestName.of(key, all)
                        .map(name -> "; did you mean " + name + "?")
                        .orElse(" and has no effect");
                warnings.add("Setting " + key + " is not known" + meant);
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
}
