package io.millrace.tools.mirror;

import io.millrace.protocol.TopicPartition;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirror's figures under the MBean names that boards of MirrorMaker 2 read.
 *
 * <p>Threading: one thread's; the beans may be read by any.
 */
final class Beans implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Beans.class);
    private static final String DOMAIN = "kafka.connect.mirror";

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final String source;
    private final String target;
    private final Map<ObjectName, Object> registered = new HashMap<>();

    /** @param source what it is called in names of beans, as {@code target} is */
    Beans(String source, String target) {
        this.source = source;
        this.target = target;
    }

    /** Has a bean for each of these and for no other partition, and for each position of a group. */
    void show(Iterable<PartitionCopy> copies, Map<GroupCopy.Moved, Window> positions) {
        Set<ObjectName> shown = new HashSet<>();
        copies.forEach(copy -> shown.add(register(
                name("MirrorSourceConnector", "target=" + quoted(target), copy.target()),
                copy.figures(),
                Figures.of(copy.figures()))));
        positions.forEach((moved, latency) -> shown.add(register(
                name(
                        "MirrorCheckpointConnector",
                        "source=" + quoted(source) + ",target=" + quoted(target) + ",group=" + quoted(moved.group()),
                        moved.partition()),
                latency,
                Figures.ofCheckpoint(latency))));
        registered.keySet().removeIf(name -> {
            boolean isGone = !shown.contains(name);
            if (isGone) {
                unregister(name);
            }
            return isGone;
        });
    }

    private static ObjectName name(String type, String tags, TopicPartition partition) {
        try {
            return new ObjectName(DOMAIN + ":type=" + type + "," + tags + ",topic=" + quoted(partition.topic())
                    + ",partition=" + partition.partition());
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As Kafka's own reporter does: only where a name needs it. */
    private static String quoted(String text) {
        return text.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_-.%".indexOf(c) >= 0)
                ? text
                : ObjectName.quote(text);
    }

    private ObjectName register(ObjectName name, Object owner, DynamicMBean bean) {
        if (registered.get(name) == owner) {
            return name;
        }
        if (registered.put(name, owner) != null) {
            unregister(name);
        }
        try {
            server.registerMBean(bean, name);
        } catch (JMException e) {
            LOG.warn("No bean {}: {}", name, e.toString());
        }
        return name;
    }

    private void unregister(ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (JMException e) {
            LOG.debug("{} was gone already: {}", name, e.toString());
        }
    }

    @Override
    public void close() {
        registered.keySet().forEach(this::unregister);
        registered.clear();
    }

    /** A bean of numbers by name. */
    private record Figures(Map<String, Supplier<Double>> values) implements DynamicMBean {
        static Figures of(CopyFigures its) {
            Map<String, Supplier<Double>> values = new LinkedHashMap<>();
            values.put("record-count", its.records()::total);
            values.put("record-rate", its.records()::perSecond);
            values.put("byte-count", its.bytes()::total);
            values.put("byte-rate", its.bytes()::perSecond);
            putAges(values, "record-age-ms", its.age());
            putAges(values, "replication-latency-ms", its.latency());
            return new Figures(values);
        }

        static Figures ofCheckpoint(Window latency) {
            Map<String, Supplier<Double>> values = new LinkedHashMap<>();
            putAges(values, "checkpoint-latency-ms", latency);
            return new Figures(values);
        }

        private static void putAges(Map<String, Supplier<Double>> values, String name, Window window) {
            values.put(name, window::last);
            values.put(name + "-min", window::min);
            values.put(name + "-max", window::max);
            values.put(name + "-avg", window::mean);
        }

        @Override
        public Object getAttribute(String attribute) throws AttributeNotFoundException {
            Supplier<Double> value = values.get(attribute);
            if (value == null) {
                throw new AttributeNotFoundException(attribute);
            }
            return value.get();
        }

        @Override
        public AttributeList getAttributes(String[] attributes) {
            AttributeList list = new AttributeList();
            for (String attribute : attributes) {
                if (values.containsKey(attribute)) {
                    list.add(new Attribute(attribute, values.get(attribute).get()));
                }
            }
            return list;
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            MBeanAttributeInfo[] attributes = values.keySet().stream()
                    .map(name -> new MBeanAttributeInfo(name, double.class.getName(), name, true, false, false))
                    .toArray(MBeanAttributeInfo[]::new);
            return new MBeanInfo(Beans.class.getName(), "a copy", attributes, null, null, null);
        }

        @Override
        public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
            throw new AttributeNotFoundException(attribute.getName() + " is only for reading");
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            return new AttributeList();
        }

        @Override
        public Object invoke(String action, Object[] arguments, String[] signature) {
            throw new UnsupportedOperationException(action);
        }
    }
}
