package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows all numbers as MBeans under Kafka's names.
 *
 * <p>Many partitions make very many beans, and hardly anybody looks at them while there is Prometheus: where the JVM has
 * its server from {@link LookedAt}, they are made when somebody looks for the first time, and brought up to date when
 * somebody looks again.
 *
 * <p>Threading: any thread; guarded by itself.
 */
public final class MBeans implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MBeans.class);

    private final Metrics metrics;
    private final MBeanServer server;
    private final boolean isTold;
    private final Runnable look = this::refresh;
    private final Set<ObjectName> ours = new HashSet<>();
    private final Map<Meter.Id, ObjectName> meters = new HashMap<>();
    private final Map<Table<?>, Map<List<Tag>, Row>> rows = new HashMap<>();

    /** A thing that is shown, and the beans that show it. */
    private record Row(Object thing, List<ObjectName> beans) {}

    public MBeans(Metrics metrics, MBeanServer server) {
        this.metrics = metrics;
        this.server = server;
        this.isTold = LookedAt.tell(server, look);
        if (!isTold) {
            refresh();
        }
    }

    /** Time is over: where nobody tells of looks, the beans are brought up to date. */
    public void tick() {
        if (!isTold) {
            refresh();
        }
    }

    /** Makes beans for what is new, and removes those of what is gone. */
    synchronized void refresh() {
        metrics.look();
        refreshMeters();
        metrics.tables().forEach(this::refreshTable);
    }

    private void refreshMeters() {
        Set<Meter.Id> gone = new HashSet<>(meters.keySet());
        for (Meter meter : metrics.meters()) {
            Meter.Id id = meter.getId();
            gone.remove(id);
            meters.computeIfAbsent(id, key -> register(KafkaName.of(key).objectName(), Bean.of(meter)));
        }
        gone.forEach(id -> unregister(meters.remove(id)));
    }

    private <T> void refreshTable(Table<T> table) {
        if (table.style() == Table.Style.SERIES) {
            return;
        }
        Map<List<Tag>, Row> shown = rows.computeIfAbsent(table, key -> new HashMap<>());
        Set<List<Tag>> gone = new HashSet<>(shown.keySet());
        for (T thing : table.things()) {
            List<Tag> tags = table.tags(thing);
            gone.remove(tags);
            Row row = shown.get(tags);
            if (row == null || !row.thing().equals(thing)) {
                if (row != null) {
                    row.beans().forEach(this::unregister);
                }
                shown.put(tags, new Row(thing, register(table, thing)));
            }
        }
        gone.forEach(tags -> shown.remove(tags).beans().forEach(this::unregister));
    }

    private <T> List<ObjectName> register(Table<T> table, T thing) {
        KafkaName name = table.beanOf(thing);
        if (table.style() != Table.Style.GAUGES) {
            return List.of(register(
                    name.objectName(),
                    new Bean<>(
                            thing,
                            table.columns().stream()
                                    .map(column -> trait(column.name(), column.value()))
                                    .toList())));
        }
        List<ObjectName> beans = new ArrayList<>(table.columns().size());
        for (Table.Column<T> column : table.columns()) {
            beans.add(register(
                    name.named(column.name()).objectName(),
                    new Bean<>(thing, List.of(trait("Value", column.value())))));
        }
        return beans;
    }

    private static <T> Bean.Trait<T> trait(String name, Function<? super T, ?> value) {
        return new Bean.Trait<>(name, "java.lang.Object", value);
    }

    private ObjectName register(ObjectName name, Bean<?> bean) {
        try {
            server.registerMBean(bean, name);
            ours.add(name);
        } catch (InstanceAlreadyExistsException e) {
            LOG.debug("{} is there already: another broker of this JVM has it", name);
        } catch (JMException e) {
            throw new IllegalStateException("cannot register " + name, e);
        }
        return name;
    }

    private void unregister(ObjectName name) {
        if (!ours.remove(name)) {
            return;
        }
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            LOG.debug("{} is gone already", name);
        } catch (JMException e) {
            throw new IllegalStateException("cannot unregister " + name, e);
        }
    }

    /** Takes all of it down. */
    @Override
    public void close() {
        LookedAt.forget(server, look);
        synchronized (this) {
            meters.values().forEach(this::unregister);
            meters.clear();
            rows.values().forEach(all -> all.values().forEach(row -> row.beans().forEach(this::unregister)));
            rows.clear();
        }
    }
}
