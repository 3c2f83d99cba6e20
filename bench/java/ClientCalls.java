import io.millrace.client.ClientConfig;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import io.millrace.client.producer.SendOutcome;
import io.millrace.client.producer.WhenFull;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * How long {@code send} takes an application's thread while no broker can be reached, and whether each record ends in one
 * outcome, and no more than one, all the same.
 *
 * <p>usage: ClientCalls ADDRESS FAIL|DROP_AND_COUNT never|lost CALLS PAUSE_US
 *
 * <ul>
 *   <li>never: nobody listens at ADDRESS, so that partitions are never known
 *   <li>lost: a broker listens at first; "ready" is printed when records have got through, and a line on standard input
 *       says that it is gone. Then records wait in their partitions' batches
 * </ul>
 *
 * <p>The same loop without {@code send} is measured beside it: what the machine, not the client, does to a thread. The last
 * line of the output is JSON.
 */
public final class ClientCalls {
    private static final String TOPIC = "calls";
    private static final int VALUE_BYTES = 200;
    private static final int WARM_UP = 500_000;

    /** Counts how often one record was told its end. */
    private static final class Told implements SendCallback {
        private volatile int times;

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // whoever tells it twice at a time tells it twice in any case
        public void onCompletion(SendOutcome outcome) {
            times++;
        }
    }

    public static void main(String[] args) throws IOException {
        WhenFull whenFull = WhenFull.valueOf(args[1]);
        boolean lost = args[2].equals("lost");
        int calls = Integer.parseInt(args[3]);
        long pauseNs = Long.parseLong(args[4]) * 1_000;
        Told[] told = new Told[calls];
        Arrays.setAll(told, i -> new Told());
        byte[] value = new byte[VALUE_BYTES];
        new Random(1).nextBytes(value);
        try (Producer other = open("127.0.0.1:1", whenFull)) { // a JVM takes a while until it runs as it will
            for (int i = 0; i < WARM_UP; i++) {
                other.send(TOPIC, value, told[i % calls]);
            }
        }
        Arrays.stream(told).forEach(t -> t.times = 0);
        Producer producer = open(args[0], whenFull);
        if (lost) {
            for (int i = 0; i < 1_000; i++) {
                producer.send(TOPIC, value, SendCallback.NONE);
            }
            producer.flush().toCompletableFuture().join();
            System.out.println("ready " + producer.metrics().recordsSent());
            System.out.flush();
            if (System.in.read() < 0) {
                throw new IllegalStateException("nobody said that the broker is gone");
            }
        }
        long[] nothing = new long[calls];
        long[] took = new long[calls];
        System.gc(); // what is measured with shall not be moved about meanwhile
        for (int i = 0; i < calls; i++) {
            long from = System.nanoTime();
            nothing[i] = System.nanoTime() - from;
            pause(from, Math.max(1_000, pauseNs));
        }
        long begun = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long from = System.nanoTime();
            producer.send(TOPIC, value, told[i]);
            took[i] = System.nanoTime() - from;
            pause(from, pauseNs);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long closing = System.nanoTime();
        producer.close(Duration.ofSeconds(1));
        double closed = (System.nanoTime() - closing) / 1e9;
        Arrays.sort(took);
        Arrays.sort(nothing);
        System.out.printf(
                Locale.ROOT,
                "{\"calls\":%d,\"seconds\":%.1f,\"once\":%d,\"never\":%d,\"more\":%d,\"p50_us\":%.2f,\"p99_us\":%.2f,"
                        + "\"p9999_us\":%.1f,\"max_us\":%.1f,\"machine_p9999_us\":%.1f,\"dropped\":%d,\"failed\":%d,"
                        + "\"close_s\":%.2f}%n",
                calls,
                seconds,
                Arrays.stream(told).filter(t -> t.times == 1).count(),
                Arrays.stream(told).filter(t -> t.times == 0).count(),
                Arrays.stream(told).filter(t -> t.times > 1).count(),
                at(took, 0.5),
                at(took, 0.99),
                at(took, 0.9999),
                at(took, 1),
                at(nothing, 0.9999),
                producer.metrics().recordsDropped(),
                producer.metrics().recordsFailed(),
                closed);
    }

    private static Producer open(String address, WhenFull whenFull) {
        return Producer.open(ProducerConfig.builder(ClientConfig.of(address))
                .bufferMemory(4 << 20)
                .deliveryTimeout(Duration.ofSeconds(5))
                .closeTimeout(Duration.ofSeconds(1))
                .whenFull(whenFull)
                .build());
    }

    private static void pause(long from, long pauseNs) {
        while (System.nanoTime() - from < pauseNs) {
            Thread.onSpinWait();
        }
    }

    private static double at(long[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, part * sorted.length)] / 1e3;
    }
}
