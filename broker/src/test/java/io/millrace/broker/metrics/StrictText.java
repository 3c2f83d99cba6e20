package io.millrace.broker.metrics;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Prometheus's text format, and throws for whatever its definition does not allow. */
public final class StrictText {
    private static final Pattern TYPE =
            Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? ([0-9eE.+-]+|NaN|[+-]Inf)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

    private final Map<String, Double> samples = new HashMap<>();
    private final Map<String, String> types = new HashMap<>();
    private final Set<String> closed = new HashSet<>();
    private String family = "";

    private StrictText() {}

    public static StrictText read(Iterator<byte[]> pieces) {
        StringBuilder all = new StringBuilder();
        pieces.forEachRemaining(piece -> all.append(new String(piece, StandardCharsets.UTF_8)));
        return read(all.toString());
    }

    public static StrictText read(String text) {
        StrictText read = new StrictText();
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line has no end");
        }
        text.lines().forEach(read::line);
        return read;
    }

    private void line(String line) {
        Matcher type = TYPE.matcher(line);
        if (type.matches()) {
            if (types.put(type.group(1), type.group(2)) != null) {
                throw new IllegalArgumentException("told twice: " + line);
            }
            closed.add(family);
            family = type.group(1);
            return;
        }
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("no sample: " + line);
        }
        String name = sample.group(1);
        boolean isSummary = "summary".equals(types.get(family));
        boolean belongs =
                name.equals(family) || (isSummary && (name.equals(family + "_sum") || name.equals(family + "_count")));
        if (!belongs) {
            throw new IllegalArgumentException(line + " stands in the family " + family);
        }
        String key = name + labels(sample.group(2) == null ? "" : sample.group(2), line);
        if (samples.put(key, Double.parseDouble(sample.group(3).replace("Inf", "Infinity"))) != null) {
            throw new IllegalArgumentException("told twice: " + line);
        }
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        int at = 0;
        Matcher label = LABEL.matcher(text);
        while (at < text.length()) {
            if (!label.find(at) || label.start() != at || labels.put(label.group(1), label.group(2)) != null) {
                throw new IllegalArgumentException("wrong labels: " + line);
            }
            at = label.end();
        }
        return labels;
    }

    /** A value; the labels as pairs of name and value. */
    public double value(String name, String... labels) {
        Double value = samples.get(key(name, labels));
        if (value == null) {
            List<String> alike = new ArrayList<>();
            samples.keySet().stream().filter(key -> key.startsWith(name)).forEach(alike::add);
            throw new IllegalArgumentException("no " + key(name, labels) + "; there are " + alike);
        }
        return value;
    }

    /** Whether there is a value of these labels. */
    public boolean hasSample(String name, String... labels) {
        return samples.containsKey(key(name, labels));
    }

    private static String key(String name, String... labels) {
        Map<String, String> all = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            all.put(labels[i], labels[i + 1]);
        }
        return name + all;
    }

    public boolean has(String name) {
        return types.containsKey(name);
    }

    public String typeOf(String name) {
        return types.get(name);
    }

    public Set<String> names() {
        return types.keySet();
    }

    public int size() {
        return samples.size();
    }
}
