package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What Kafka calls a number: {@code domain:type=,name=,tag=...}, and what that becomes by the rules that most users of the
 * JMX exporter have.
 *
 * @param name empty where the bean has attributes of its own
 * @param tags in the order in which Kafka writes them
 */
record KafkaName(String domain, String type, String name, List<Tag> tags) {
    /** Exporters go by the order of keys; Micrometer sorts them. What is not named here stays in its order. */
    private static final List<String> ORDER = List.of(
            "user",
            "client-id",
            "clientId",
            "brokerHost",
            "brokerPort",
            "fetcherType",
            "clientSoftwareName",
            "clientSoftwareVersion",
            "delayedOperation",
            "request",
            "version",
            "error",
            "listener",
            "networkProcessor",
            "group",
            "topic",
            "partition");

    private static final Comparator<Tag> AS_KAFKA = Comparator.comparingInt(tag -> ORDER.indexOf(tag.getKey()));
    private static final String PER_SECOND = "PerSec";
    private static final String PERCENT = "Percent";

    static KafkaName of(Meter.Id id) {
        String dotted = id.getName();
        int nameAt = dotted.lastIndexOf('.');
        KafkaName without = ofType(dotted.substring(0, nameAt), id.getTags());
        return without.named(dotted.substring(nameAt + 1));
    }

    /** @param dotted domain and type */
    static KafkaName ofType(String dotted, List<Tag> tags) {
        int typeAt = dotted.lastIndexOf('.');
        List<Tag> sorted = new ArrayList<>(tags);
        sorted.sort(AS_KAFKA);
        return new KafkaName(dotted.substring(0, typeAt), dotted.substring(typeAt + 1), "", sorted);
    }

    KafkaName named(String other) {
        return new KafkaName(domain, type, other, tags);
    }

    ObjectName objectName() {
        StringBuilder text = new StringBuilder(domain).append(":type=").append(type);
        if (!name.isEmpty()) {
            text.append(",name=").append(name);
        }
        for (Tag tag : tags) {
            text.append(',').append(tag.getKey()).append('=').append(quoted(tag));
        }
        try {
            return new ObjectName(text.toString());
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException("not an object name: " + text, e);
        }
    }

    /** Kafka quotes what would not do bare, and directories always. */
    private static String quoted(Tag tag) {
        String value = tag.getValue();
        boolean isBare = !value.isEmpty()
                && !tag.getKey().equals("logDirectory")
                && value.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-_.+ %/[]()@#$".indexOf(c) >= 0);
        return isBare ? value : ObjectName.quote(value);
    }

    /** The name of a counter of events. */
    String counted() {
        int at = name.indexOf(PER_SECOND);
        return at > 0 ? snake(name.substring(0, at)) + "_total" : snake(name) + "_total";
    }

    boolean isPercent() {
        return name.contains(PERCENT);
    }

    /** The name of a value. */
    String measured() {
        return isPercent() ? snake(name.substring(0, name.indexOf(PERCENT))) + "_percent" : snake(name);
    }

    private String snake(String last) {
        String all = domain + "_" + type + "_" + last;
        StringBuilder legal = new StringBuilder(all.length());
        for (int i = 0; i < all.length(); i++) {
            char c = all.charAt(i);
            legal.append(c < 128 && Character.isLetterOrDigit(c) ? c : '_');
        }
        return legal.toString().toLowerCase(Locale.ROOT);
    }
}
