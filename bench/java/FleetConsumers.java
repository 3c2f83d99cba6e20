import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.client.net.ClientRuntime;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeSet;

/**
 * Logical consumers in one process, on one I/O thread, each with a thread that polls: those of a fleet whose number is MINE
 * modulo PROCESSES. Together they read each partition FANOUT times.
 *
 * <p>usage: FleetConsumers BOOTSTRAP TOPIC PARTITIONS CONSUMERS FANOUT MINE PROCESSES key=value...
 *
 * <p>Values begin with the moment at which they were due, see {@link FleetProducers}. Prints "connected"; a line on standard
 * input says from when and until when to count. Bytes count in the second in which they came, latencies by when the record
 * was due. A line of JSON each second; the last one has "total", and the latencies as a list of numbers by buckets.
 */
public final class FleetConsumers {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PER_DOUBLING = 32;
    private static final int BUCKETS = 44 * PER_DOUBLING;

    private final List<Reader> readers = new ArrayList<>();
    private volatile long from = Long.MAX_VALUE;
    private volatile long until = Long.MAX_VALUE;
    private volatile boolean over;

    /** One consumer and the thread that polls. */
    private final class Reader implements Runnable {
        private final Consumer consumer;
        private final long[] latencies = new long[BUCKETS];
        private long records;
        private long bytes;
        private volatile long seen;

        Reader(Consumer consumer) {
            this.consumer = consumer;
        }

        @Override
        public void run() {
            while (!over) {
                List<ConsumerRecord> got = consumer.poll(POLL);
                long now = System.nanoTime();
                boolean counts = from != Long.MAX_VALUE && now - from >= 0 && now - until < 0;
                for (ConsumerRecord record : got) {
                    long due = record.value().getLong();
                    if (counts) {
                        records++;
                        bytes += record.valueSize();
                    }
                    if (from != Long.MAX_VALUE && due - from >= 0 && due - until < 0) {
                        latencies[bucket(now - due)]++;
                    }
                }
                seen += got.size();
            }
            consumer.close(Duration.ofSeconds(1));
        }
    }

    private static int bucket(long nanos) {
        long micros = Math.max(PER_DOUBLING, nanos / 1_000);
        int doublings = 63 - Long.numberOfLeadingZeros(micros);
        return (doublings - 5) * PER_DOUBLING + (int) (micros >>> (doublings - 5)) - PER_DOUBLING;
    }

    public static void main(String[] args) throws InterruptedException {
        int partitions = Integer.parseInt(args[2]);
        int consumers = Integer.parseInt(args[3]);
        long pairs = Math.round(Double.parseDouble(args[4]) * partitions);
        ClientRuntime runtime = ClientRuntime.create();
        FleetConsumers fleet = new FleetConsumers();
        for (int c = Integer.parseInt(args[5]); c < consumers; c += Integer.parseInt(args[6])) {
            TreeSet<Integer> mine = new TreeSet<>();
            for (long k = 0; k < pairs; k++) {
                if (k % consumers == c) {
                    mine.add((int) ((k + k / partitions) % partitions));
                }
            }
            Map<String, String> settings =
                    new HashMap<>(Map.of("bootstrap.servers", args[0], "client.id", "fleet-consumer-" + c));
            for (int s = 7; s < args.length; s++) {
                settings.put(args[s].split("=")[0], args[s].split("=")[1]);
            }
            Consumer consumer = Consumer.open(ConsumerConfig.fromMap(settings), runtime);
            List<TopicPartition> assigned =
                    mine.stream().map(p -> new TopicPartition(args[1], p)).toList();
            consumer.assign(assigned);
            assigned.forEach(partition -> consumer.seek(partition, Position.offset(0)));
            Reader reader = fleet.new Reader(consumer);
            fleet.readers.add(reader);
            Thread thread = new Thread(reader, "reader-" + c);
            thread.setDaemon(true);
            thread.start();
        }
        System.out.println("connected {}");
        System.out.flush();
        Scanner orders = new Scanner(System.in);
        long begin = orders.nextLong();
        fleet.until = orders.nextLong();
        fleet.from = begin;
        fleet.tell(begin);
        System.exit(0);
    }

    private void tell(long begin) throws InterruptedException {
        long end = until;
        for (long next = begin + 1_000_000_000L; next - end < 0; next += 1_000_000_000L) {
            sleepUntil(next);
            System.out.printf("{\"seen\":%d}%n", seen());
            System.out.flush();
        }
        sleepUntil(end);
        long before = -1;
        for (int i = 0; i < 10 && before != seen(); i++) { // what is under way has its time
            before = seen();
            Thread.sleep(1_000);
        }
        over = true;
        Thread.sleep(500);
        double seconds = (end - begin) / 1e9;
        long[] all = new long[BUCKETS];
        for (Reader reader : readers) {
            for (int i = 0; i < BUCKETS; i++) {
                all[i] += reader.latencies[i];
            }
        }
        System.out.printf(
                Locale.ROOT,
                "{\"total\":true,\"records_s\":%.0f,\"mb_s\":%.2f,\"all_seen\":%d,\"latencies\":%s}%n",
                readers.stream().mapToLong(r -> r.records).sum() / seconds,
                readers.stream().mapToLong(r -> r.bytes).sum() / seconds / 1e6,
                seen(),
                Arrays.toString(all));
        System.out.flush();
    }

    private long seen() {
        return readers.stream().mapToLong(reader -> reader.seen).sum();
    }

    private static void sleepUntil(long moment) throws InterruptedException {
        for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }
}
