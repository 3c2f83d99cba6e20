package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Numbers that are read off things which are there anyway, such as all logs of a broker: a row for each thing, a column for
 * each number. It costs nothing until somebody looks, however many things there are.
 *
 * <p>Threading: immutable; what it is given is called on any thread, and must not wait.
 *
 * @param <T> a thing
 */
public final class Table<T> {
    private final String type;
    private final Style style;
    private final Supplier<? extends Collection<? extends T>> things;
    private final List<Key<T>> keys;
    private final List<Column<T>> columns;

    /** How a table is shown. */
    enum Style {
        /** Each number is a bean of its own, with a Value. */
        GAUGES,
        /** Each thing is a bean, and its numbers are attributes. */
        ATTRIBUTES,
        /** As ATTRIBUTES, and not in Prometheus. */
        BEANS,
        /** In Prometheus alone, under names that are no beans'. */
        SERIES
    }

    record Key<T>(String name, Function<? super T, String> value) {}

    record Column<T>(String name, boolean isCounter, Function<? super T, ?> value) {}

    private Table(
            String type,
            Style style,
            Supplier<? extends Collection<? extends T>> things,
            List<Key<T>> keys,
            List<Column<T>> columns) {
        this.type = type;
        this.style = style;
        this.things = things;
        this.keys = List.copyOf(keys);
        this.columns = List.copyOf(columns);
    }

    /** Numbers that are beans: {@code kafka.log.Log}, and a column {@code Size}. */
    public static <T> Builder<T> gauges(String type, Supplier<? extends Collection<? extends T>> things) {
        return new Builder<>(type, Style.GAUGES, things);
    }

    /** Numbers that are attributes of a bean for each thing. */
    public static <T> Builder<T> attributes(String type, Supplier<? extends Collection<? extends T>> things) {
        return new Builder<>(type, Style.ATTRIBUTES, things);
    }

    /** Numbers for Prometheus alone: {@code kafka_topic_partition}, and a column {@code current_offset}. */
    public static <T> Builder<T> series(String prefix, Supplier<? extends Collection<? extends T>> things) {
        return new Builder<>(prefix, Style.SERIES, things);
    }

    /** Collects a table. */
    public static final class Builder<T> {
        private final String type;
        private Style style;
        private final Supplier<? extends Collection<? extends T>> things;
        private final List<Key<T>> keys = new ArrayList<>();
        private final List<Column<T>> columns = new ArrayList<>();

        private Builder(String type, Style style, Supplier<? extends Collection<? extends T>> things) {
            this.type = type;
            this.style = style;
            this.things = things;
        }

        /** What tells a thing from the others; all of it together must. An empty one is left out. */
        public Builder<T> tag(String name, Function<? super T, String> value) {
            keys.add(new Key<>(name, value));
            return this;
        }

        /** A number that goes up and down; or a text, which Prometheus leaves out. */
        public Builder<T> value(String name, Function<? super T, ?> value) {
            columns.add(new Column<>(name, false, value));
            return this;
        }

        /** A number that only grows. */
        public Builder<T> counter(String name, Function<? super T, ?> value) {
            columns.add(new Column<>(name, true, value));
            return this;
        }

        /** Prometheus has it under other names: there it is left out. */
        public Builder<T> onlyBeans() {
            style = Style.BEANS;
            return this;
        }

        public Table<T> build() {
            return new Table<>(type, style, things, keys, columns);
        }
    }

    Style style() {
        return style;
    }

    String type() {
        return type;
    }

    List<Column<T>> columns() {
        return columns;
    }

    /** Whether it has a row for each partition. */
    boolean isPerPartition() {
        return keys.stream().anyMatch(key -> key.name().equals("partition"));
    }

    Collection<? extends T> things() {
        return things.get();
    }

    /** How many numbers it has now. */
    long size() {
        return (long) things.get().size() * columns.size();
    }

    List<Tag> tags(T thing) {
        return keys.stream()
                .map(key -> Tag.of(key.name(), key.value().apply(thing)))
                .filter(tag -> !tag.getValue().isEmpty())
                .toList();
    }

    KafkaName beanOf(T thing) {
        return KafkaName.ofType(type, tags(thing));
    }

    /** What Prometheus calls a column. */
    String seriesOf(Column<T> column) {
        if (style == Style.SERIES) {
            return column.name().isEmpty() ? type : type + "_" + column.name();
        }
        return KafkaName.ofType(type, List.of()).named(column.name()).measured();
    }
}
