package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the names of numbers in a line of docs/metrics.md. */
final class MetricNames {
    /** A name with at most one group of endings, {@code kafka_topic_partition_{replicas,leader}}, or an open end. */
    private static final Pattern SERIES =
            Pattern.compile("\\b((?:kafka|jvm|process|millrace)_[a-z0-9_]*)(?:\\{([a-z_,]+)})?");

    private static final Pattern TYPE = Pattern.compile("`(?:(kafka(?:\\.[a-z]+)+):)?([A-Za-z-]+)`");

    /** CamelCase, or hyphens. */
    private static final Pattern BEAN = Pattern.compile("\\b(?:[A-Z]+[a-z]+[A-Z]\\w*|[a-z]+(?:-[a-z]+)+)\\b");

    private MetricNames() {}

    /** Series, or the beginnings of their names. */
    static List<String> ofSeries(String line) {
        List<String> names = new ArrayList<>();
        for (MatchResult found : SERIES.matcher(line).results().toList()) {
            String endings = found.group(2);
            if (found.group(1).equals("kafka_exporter")) {
                continue; // a program
            }
            if (endings == null || !found.group(1).endsWith("_")) {
                names.add(found.group(1));
            } else {
                Stream.of(endings.split(",", -1)).forEach(ending -> names.add(found.group(1) + ending));
            }
        }
        return names;
    }

    /** Of a row of a table whose first cell names types of beans: those types, and the names in the second cell. */
    static Map<List<String>, List<String>> ofBeans(String line) {
        String[] cells = line.split("\\|", -1);
        if (cells.length < 3 || !cells[1].contains("`kafka.")) {
            return Map.of();
        }
        List<String> types = new ArrayList<>();
        String domain = "";
        for (MatchResult found : TYPE.matcher(cells[1]).results().toList()) {
            if (found.group(1) != null) {
                domain = found.group(1);
                types.add(domain + ":" + found.group(2));
            } else if (!cells[1].substring(0, found.start()).contains(" by ")) {
                types.add(domain + ":" + found.group(2));
            }
        }
        return Map.of(
                types, BEAN.matcher(cells[2]).results().map(MatchResult::group).toList());
    }
}
