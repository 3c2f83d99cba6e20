package io.millrace.broker.it;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;

/** The MBeans that a broker is to have, of beans.txt, and a look whether it has them. */
final class KafkaBeans {
    private static final String RATES = "MeanRate OneMinuteRate FiveMinuteRate FifteenMinuteRate EventType RateUnit";
    private static final String SPREAD = "Count Min Max Mean StdDev 50thPercentile 75thPercentile 95thPercentile"
            + " 98thPercentile 99thPercentile 999thPercentile";
    private static final Map<String, List<String>> KINDS = Map.of(
            "M", words("Count " + RATES),
            "H", words(SPREAD),
            "T", words(SPREAD + " " + RATES + " LatencyUnit"),
            "G", words("Value"));

    private KafkaBeans() {}

    private record Wanted(String name, List<String> attributes) {}

    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }

    private static List<Wanted> wanted() throws IOException {
        List<Wanted> wanted = new ArrayList<>();
        for (String line : Files.readAllLines(Millrace.home().resolve("broker/src/it/beans.txt"))) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> words = words(line);
            List<String> names = words.subList(2, words.size());
            if (words.get(1).equals("A")) {
                wanted.add(new Wanted(words.get(0), names));
            } else {
                names.forEach(name -> wanted.add(new Wanted(words.get(0) + name, KINDS.get(words.get(1)))));
            }
        }
        return wanted;
    }

    /** What is not there, or does not answer. */
    static Set<String> missing(MBeanServerConnection server) throws IOException, JMException {
        Set<String> missing = new TreeSet<>();
        for (Wanted bean : wanted()) {
            Set<ObjectName> found = server.queryNames(new ObjectName(bean.name()), null);
            Set<String> answered = new TreeSet<>();
            if (!found.isEmpty()) {
                server.getAttributes(found.iterator().next(), bean.attributes().toArray(String[]::new)).asList().stream()
                        .filter(attribute -> attribute.getValue() != null)
                        .map(Attribute::getName)
                        .forEach(answered::add);
            }
            bean.attributes().stream()
                    .filter(attribute -> !answered.contains(attribute))
                    .forEach(attribute -> missing.add(bean.name() + " " + attribute));
        }
        return missing;
    }

    /** All names, values of keys, and attributes of one type, such as kafka.log:Log. */
    static Set<String> words(MBeanServerConnection server, String type) throws IOException, JMException {
        Set<String> words = new TreeSet<>();
        int colon = type.indexOf(':');
        ObjectName all = new ObjectName(type.substring(0, colon) + ":type=" + type.substring(colon + 1) + ",*");
        for (ObjectName name : server.queryNames(all, null)) {
            Stream<String> attributes =
                    Stream.of(server.getMBeanInfo(name).getAttributes()).map(attribute -> attribute.getName());
            words.addAll(name.getKeyPropertyList().values());
            if (name.getKeyProperty("name") == null) {
                attributes.forEach(words::add);
            }
        }
        return words;
    }
}
