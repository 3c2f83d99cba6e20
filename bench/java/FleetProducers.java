import io.millrace.client.net.ClientRuntime;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Many logical producers in one process, on one I/O thread, at a fixed rate that they share evenly: a part of a fleet.
 *
 * <p>usage: FleetProducers BOOTSTRAP TOPIC PRODUCERS RATE BYTES key=value...
 *
 * <p>Each value begins with the moment at which its record was due, as {@link System#nanoTime} has it, which on Linux is the
 * same clock in all processes. First all producers connect, one record each; then "connected" is printed, and a line on
 * standard input says when to begin, from when and until when to count: three such moments. Lines of JSON tell how it goes,
 * one a second; the last one has "total".
 */
public final class FleetProducers {
    private static final int CONNECTS_A_SECOND = 1_000;
    private static final long TICK_NS = 1_000_000;
    private static final long MOST_BEHIND_NS = 50_000_000;

    private final String topic;
    private final Producer[] producers;
    private final byte[] value;
    private final LongAdder acked = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, LongAdder> reasons = new HashMap<>();
    private volatile long sent;
    private volatile long mostBehindNs;
    private CountDownLatch connecting;

    private FleetProducers(String topic, Producer[] producers, int bytes) {
        this.topic = topic;
        this.producers = producers;
        this.value = new byte[Math.max(Long.BYTES, bytes)];
        Random random = new Random(1);
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) ('a' + random.nextInt(26));
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int count = Integer.parseInt(args[2]);
        double rate = Double.parseDouble(args[3]);
        ClientRuntime runtime = ClientRuntime.create();
        Producer[] producers = new Producer[count];
        for (int i = 0; i < count; i++) {
            Map<String, String> settings = new HashMap<>(Map.of("bootstrap.servers", args[0], "client.id", "fleet-" + i));
            for (int s = 5; s < args.length; s++) {
                settings.put(args[s].split("=")[0], args[s].split("=")[1]);
            }
            producers[i] = Producer.open(ProducerConfig.fromMap(settings), runtime);
        }
        FleetProducers fleet = new FleetProducers(args[1], producers, Integer.parseInt(args[4]));
        double seconds = fleet.connect();
        System.gc();
        System.out.printf(Locale.ROOT, "connected {\"connect_s\":%.1f,\"heap_mb\":%.1f}%n", seconds, heapMb());
        System.out.flush();
        Scanner orders = new Scanner(System.in);
        long begin = orders.nextLong();
        long from = orders.nextLong();
        long until = orders.nextLong();
        Thread told = new Thread(() -> fleet.tell(from, until));
        told.start();
        fleet.run(begin, from, rate, false);
        fleet.run(from, until, rate, true);
        told.join();
        System.exit(0); // closing one by one takes longer than anybody wants to know
    }

    private static double heapMb() {
        Runtime jvm = Runtime.getRuntime();
        return (jvm.totalMemory() - jvm.freeMemory()) / 1e6;
    }

    /** One record each, so that each is connected, has its id and knows the topic. */
    private double connect() throws InterruptedException {
        connecting = new CountDownLatch(producers.length);
        SendCallback callback = outcome -> {
            if (outcome.isFailure()) {
                System.err.println("no connection: " + outcome.error().orElseThrow());
            }
            connecting.countDown();
        };
        long start = System.nanoTime();
        ByteBuffer.wrap(value).putLong(0);
        for (int i = 0; i < producers.length; i++) {
            for (long wait = wait(start, i, CONNECTS_A_SECOND); wait > 0; wait = wait(start, i, CONNECTS_A_SECOND)) {
                LockSupport.parkNanos(wait);
            }
            producers[i].send(topic, value, callback);
        }
        if (!connecting.await(60, TimeUnit.SECONDS)) {
            System.err.println(connecting.getCount() + " producers have no answer yet");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static long wait(long start, long number, double rate) {
        return start + (long) (number * 1e9 / rate) - System.nanoTime();
    }

    /**
     * Sends at a rate until a moment.
     *
     * @param all whether what could not be sent in time is sent later; while a JVM warms up it is left out
     */
    private void run(long from, long until, double rate, boolean all) {
        long begin = from;
        SendCallback callback = outcome -> {
            if (outcome.isSuccess()) {
                acked.increment();
            } else {
                failed.increment();
                count(outcome.error().orElseThrow().reason().name());
            }
        };
        ByteBuffer head = ByteBuffer.wrap(value);
        long before = sent;
        long number = 0;
        while (true) {
            long now = System.nanoTime();
            if (now - until >= 0) {
                return;
            }
            long due = begin + (long) (number * 1e9 / rate);
            mostBehindNs = Math.max(mostBehindNs, now - due);
            if (!all && now - due > MOST_BEHIND_NS) {
                begin += now - due;
                due = now;
            }
            while (due - now <= 0 && due - until < 0) {
                head.putLong(0, due);
                producers[(int) (number % producers.length)].send(topic, value, callback);
                number++;
                if ((number & 255) == 0) {
                    sent = before + number;
                    now = System.nanoTime();
                    mostBehindNs = Math.max(mostBehindNs, now - due);
                    if (now - until >= 0) {
                        break;
                    }
                }
                due = begin + (long) (number * 1e9 / rate);
            }
            sent = before + number;
            LockSupport.parkNanos(Math.max(TICK_NS / 4, Math.min(TICK_NS, due - System.nanoTime())));
        }
    }

    private void count(String reason) {
        synchronized (reasons) {
            reasons.computeIfAbsent(reason, r -> new LongAdder()).increment();
        }
    }

    /** What was sent and answered, each second, and between two moments. */
    private void tell(long from, long until) {
        sleepUntil(from);
        mostBehindNs = 0;
        long sentBefore = sent;
        long ackedBefore = acked.sum();
        long failedBefore = failed.sum();
        for (long next = from + 1_000_000_000L; next - until < 0; next += 1_000_000_000L) {
            sleepUntil(next);
            System.out.printf("{\"sent\":%d,\"acked\":%d,\"failed\":%d}%n", sent, acked.sum(), failed.sum());
            System.out.flush();
        }
        sleepUntil(until);
        double seconds = (until - from) / 1e9;
        long sentNow = sent;
        long ackedNow = acked.sum();
        double behind = mostBehindNs / 1e6;
        long end = System.nanoTime() + 10_000_000_000L; // what is under way has its time
        while (acked.sum() + failed.sum() < sent && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TICK_NS);
        }
        System.out.printf(
                Locale.ROOT,
                "{\"total\":true,\"sent_s\":%.0f,\"acked_s\":%.0f,\"failed\":%d,\"behind_ms\":%.1f,\"all_sent\":%d,"
                        + "\"all_acked\":%d,\"all_failed\":%d,\"reasons\":\"%s\"%s}%n",
                (sentNow - sentBefore) / seconds,
                (ackedNow - ackedBefore) / seconds,
                failed.sum() - failedBefore,
                behind,
                sent,
                acked.sum(),
                failed.sum(),
                reasons,
                requests());
        System.out.flush();
    }

    private String requests() {
        long requests = 0;
        long batches = 0;
        long again = 0;
        for (Producer producer : producers) {
            requests += producer.metrics().requestsSent();
            batches += producer.metrics().batchesSent();
            again += producer.metrics().batchesAgain();
        }
        return String.format(",\"requests\":%d,\"batches\":%d,\"again\":%d", requests, batches, again);
    }

    private static void sleepUntil(long moment) {
        for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
