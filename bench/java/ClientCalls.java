import io.millrace.client.ClientConfig;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import io.millrace.client.producer.WhenFull;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long {@code send} takes an application's thread while no broker can be reached, and whether each record ends in one
 * outcome all the same.
 *
 * <p>usage: ClientCalls ADDRESS CALLS PAUSE_US, where nobody listens at ADDRESS
 */
public final class ClientCalls {
    public static void main(String[] args) {
        int calls = Integer.parseInt(args[1]);
        long pauseNs = Long.parseLong(args[2]) * 1_000;
        AtomicLong outcomes = new AtomicLong();
        SendCallback callback = outcome -> outcomes.incrementAndGet();
        byte[] value = new byte[200];
        long[] took = new long[calls];
        Producer producer = Producer.open(ProducerConfig.builder(ClientConfig.of(args[0]))
                .bufferMemory(4 << 20)
                .deliveryTimeout(Duration.ofSeconds(5))
                .whenFull(WhenFull.DROP_AND_COUNT)
                .build());
        for (int i = 0; i < calls; i++) {
            long from = System.nanoTime();
            producer.send("nowhere", value, callback);
            took[i] = System.nanoTime() - from;
            while (System.nanoTime() - from < pauseNs) {
                Thread.onSpinWait();
            }
        }
        producer.close(Duration.ofSeconds(1));
        Arrays.sort(took);
        System.out.printf(
                Locale.ROOT,
                "{\"calls\":%d,\"outcomes\":%d,\"p50_us\":%.2f,\"p99_us\":%.2f,\"p9999_us\":%.1f,\"max_us\":%.1f,"
                        + "\"dropped\":%d}%n",
                calls,
                outcomes.get(),
                took[calls / 2] / 1e3,
                took[(int) (calls * 0.99)] / 1e3,
                took[(int) (calls * 0.9999)] / 1e3,
                took[calls - 1] / 1e3,
                producer.metrics().recordsDropped());
    }
}
