package io.millrace.tools.connect;

import io.millrace.tools.terminal.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The clusters that a user has names for, as in the file of profiles. Immutable.
 *
 * <pre>
 * current = local
 *
 * [local]
 * bootstrap = 127.0.0.1:9092
 *
 * [prod]
 * bootstrap = kafka1:9092,kafka2:9092
 * timeout = 30s
 * client.id = ops
 * </pre>
 *
 * <p>Keys of a profile: {@code bootstrap}, {@code timeout}, {@code command-config}, and any setting of clients.
 *
 * @param current the one that is meant if none is named
 * @param clusters by name: settings by key
 */
public record Profiles(Optional<String> current, Map<String, Map<String, String>> clusters) {
    public static final Profiles NONE = new Profiles(Optional.empty(), Map.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    public Profiles {
        Map<String, Map<String, String>> copy = new LinkedHashMap<>();
        clusters.forEach((name, settings) -> copy.put(name, new LinkedHashMap<>(settings)));
        clusters = copy;
    }

    /**
     * Reads the file's lines.
     *
     * @throws Failure naming the line that cannot be read
     */
    static Profiles parse(String file, List<String> lines) {
        Optional<String> current = Optional.empty();
        Map<String, Map<String, String>> clusters = new LinkedHashMap<>();
        Map<String, String> settings = Map.of();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int equals = line.indexOf('=');
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                settings = new LinkedHashMap<>();
                clusters.put(checked(line.substring(1, line.length() - 1).strip()), settings);
            } else if (equals <= 0) {
                throw Failure.usage(file + ", line " + (i + 1) + ": '" + line + "' is neither [name] nor key = value");
            } else {
                String key = line.substring(0, equals).strip();
                String value = line.substring(equals + 1).strip();
                if (!clusters.isEmpty()) {
                    settings.put(key, value);
                } else if (key.equals("current")) {
                    current = Optional.of(value);
                } else {
                    throw Failure.usage(file + ", line " + (i + 1) + ": '" + key + "' stands before any [name]");
                }
            }
        }
        return new Profiles(current, clusters);
    }

    /** @throws Failure if it cannot be a profile's name */
    static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Failure.usage(
                    "'" + name + "' is no name for a cluster; it may have letters, digits, '.', '_' and '-'");
        }
        return name;
    }

    /** The file's lines. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        current.ifPresent(name -> lines.add("current = " + name));
        clusters.forEach((name, settings) -> {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.add("[" + name + "]");
            settings.forEach((key, value) -> lines.add(key + " = " + value));
        });
        return lines;
    }

    /** The same with another current one. */
    public Profiles use(String name) {
        return new Profiles(Optional.of(name), clusters);
    }

    /** The same with more settings of a cluster; an empty value takes a setting out. */
    public Profiles set(String name, Map<String, String> settings) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>(clusters);
        Map<String, String> merged = new LinkedHashMap<>(all.getOrDefault(checked(name), Map.of()));
        settings.forEach((key, value) -> {
            if (value.isEmpty()) {
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        all.put(name, merged);
        return new Profiles(current, all);
    }
}
