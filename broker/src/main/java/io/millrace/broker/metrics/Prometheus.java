package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * All numbers in Prometheus's text format, written piece by piece as its reader takes them: of a million series no more is
 * in memory than one piece.
 *
 * <p>Threading: one thread at a time.
 */
public final class Prometheus implements Iterator<byte[]> {
    /** What answers say they are. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final int PIECE = 48 << 10;

    private final Text text = new Text(PIECE + 4096);
    private final Deque<Family> left = new ArrayDeque<>();

    /** The series of one name, written line by line. */
    private interface Family {
        void head(Text out);

        /** Writes what belongs to one thing; false if there is none left. */
        boolean next(Text out);
    }

    /** @param maxPartitions of how many partitions there are series at most, for each name */
    public Prometheus(Metrics metrics, int maxPartitions) {
        metrics.look();
        Map<String, List<Meter>> byName = new LinkedHashMap<>();
        for (Meter meter : metrics.meters()) {
            byName.computeIfAbsent(nameOf(meter), name -> new ArrayList<>()).add(meter);
        }
        byName.forEach((name, meters) -> left.add(new Meters(name, meters)));
        metrics.tables().forEach(table -> add(table, maxPartitions));
        begin();
    }

    private <T> void add(Table<T> table, int maxPartitions) {
        int most = table.isPerPartition() ? maxPartitions : Integer.MAX_VALUE;
        if (most > 0 && table.style() != Table.Style.BEANS) {
            Sheet<T> sheet = new Sheet<>(table, most);
            table.columns().forEach(column -> left.add(new Rows<>(sheet, column)));
        }
    }

    private void begin() {
        if (!left.isEmpty()) {
            left.peek().head(text);
        }
    }

    @Override
    public boolean hasNext() {
        return !left.isEmpty();
    }

    @Override
    public byte[] next() {
        if (left.isEmpty()) {
            throw new NoSuchElementException();
        }
        while (!left.isEmpty() && text.size() < PIECE) {
            if (!left.peek().next(text)) {
                left.remove();
                begin();
            }
        }
        return text.take();
    }

    private static String nameOf(Meter meter) {
        KafkaName name = KafkaName.of(meter.getId());
        return meter instanceof RateMeter && !name.isPercent() ? name.counted() : name.measured();
    }

    private static void type(Text out, String name, String type) {
        out.add("# TYPE ").add(name).add(' ').add(type).add('\n');
    }

    private static void labels(Text out, List<Tag> tags, String quantile) {
        if (tags.isEmpty() && quantile.isEmpty()) {
            return;
        }
        char before = '{';
        for (Tag tag : tags) {
            out.add(before)
                    .add(tag.getKey().replace('-', '_'))
                    .add("=\"")
                    .label(tag.getValue())
                    .add('"');
            before = ',';
        }
        if (!quantile.isEmpty()) {
            out.add(before).add("quantile=\"").add(quantile).add('"');
        }
        out.add('}');
    }

    private static void line(Text out, String name, List<Tag> tags, String quantile, double value) {
        out.add(name);
        labels(out, tags, quantile);
        out.add(' ').add(value).add('\n');
    }

    /** Meters of one name. */
    private static final class Meters implements Family {
        private final String name;
        private final Meter first;
        private final Iterator<Meter> meters;

        Meters(String name, List<Meter> meters) {
            this.name = name;
            this.first = meters.get(0);
            this.meters = meters.iterator();
        }

        @Override
        public void head(Text out) {
            boolean isCounter = first instanceof RateMeter && name.endsWith("_total");
            type(out, name, first instanceof Histogram ? "summary" : isCounter ? "counter" : "gauge");
        }

        @Override
        public boolean next(Text out) {
            if (!meters.hasNext()) {
                return false;
            }
            Meter meter = meters.next();
            List<Tag> tags = KafkaName.of(meter.getId()).tags();
            if (meter instanceof Histogram histogram) {
                write(out, tags, histogram);
            } else if (meter instanceof RateMeter rate) {
                double value =
                        name.endsWith("_total") ? rate.count() : rate.rates().oneMinute() * Bean.scale(rate);
                line(out, name, tags, "", value);
            } else {
                line(out, name, tags, "", ((Gauge) meter).value());
            }
            return true;
        }

        private void write(Text out, List<Tag> tags, Histogram histogram) {
            long count = histogram.values();
            if (count > 0) { // else there is nothing to tell of a spread, and there are hundreds of such meters
                Spread.Shape shape = histogram.spread().shape();
                line(out, name, tags, "0.50", shape.percentile(0.5) / histogram.unit());
                line(out, name, tags, "0.75", shape.percentile(0.75) / histogram.unit());
                line(out, name, tags, "0.95", shape.percentile(0.95) / histogram.unit());
                line(out, name, tags, "0.98", shape.percentile(0.98) / histogram.unit());
                line(out, name, tags, "0.99", shape.percentile(0.99) / histogram.unit());
                line(out, name, tags, "0.999", shape.percentile(0.999) / histogram.unit());
            }
            line(out, name + "_sum", tags, "", histogram.spread().sum() / histogram.unit());
            line(out, name + "_count", tags, "", (double) count);
        }
    }

    /** The rows of a table and their labels, which all of its columns share: looked at when the first one is written. */
    private static final class Sheet<T> {
        private final Table<T> table;
        private final int most;
        private final List<T> things = new ArrayList<>();
        private final List<String> labels = new ArrayList<>();
        private boolean isRead;

        Sheet(Table<T> table, int most) {
            this.table = table;
            this.most = most;
        }

        void read() {
            if (isRead) {
                return;
            }
            isRead = true;
            Text text = new Text(128);
            for (T thing : table.things()) {
                if (things.size() >= most) {
                    return;
                }
                things.add(thing);
                labels(text, table.tags(thing), "");
                labels.add(new String(text.take(), StandardCharsets.UTF_8));
            }
        }
    }

    /** A column of a table. */
    private static final class Rows<T> implements Family {
        private final Sheet<T> sheet;
        private final Table.Column<T> column;
        private final String name;
        private int next;

        Rows(Sheet<T> sheet, Table.Column<T> column) {
            this.sheet = sheet;
            this.column = column;
            this.name = sheet.table.seriesOf(column);
        }

        @Override
        public void head(Text out) {
            sheet.read();
            type(out, name, column.isCounter() ? "counter" : "gauge");
        }

        @Override
        public boolean next(Text out) {
            if (next >= sheet.things.size()) {
                return false;
            }
            int row = next++;
            if (column.value().apply(sheet.things.get(row)) instanceof Number number
                    && Double.isFinite(number.doubleValue())) {
                out.add(name)
                        .add(sheet.labels.get(row))
                        .add(' ')
                        .add(number.doubleValue())
                        .add('\n');
            }
            return true;
        }
    }
}
