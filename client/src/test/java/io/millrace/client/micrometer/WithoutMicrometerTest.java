package io.millrace.client.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeLogs;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A class path that has no Micrometer. */
@Timeout(60)
final class WithoutMicrometerTest {
    /** What is done there, by classes of that class path: sends a record, and says what the snapshots count. */
    public static final class Snapshots implements UnaryOperator<String> {
        @Override
        public String apply(String bootstrap) {
            try (Producer producer = Producer.open(ClientConfig.of(bootstrap));
                    Consumer consumer = Consumer.open(ClientConfig.of(bootstrap))) {
                producer.send(ProducerRecord.of("t", "value"))
                        .toCompletableFuture()
                        .join();
                producer.onLatency(nanos -> {});
                return producer.metrics().recordsSent() + " "
                        + consumer.metrics().recordsRead();
            }
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void clientsWorkAndHaveTheirSnapshots() throws Exception {
        try (FakeCluster cluster = new FakeCluster(1).topic("t", 1);
                URLClassLoader classes = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            new FakeLogs(cluster);
            assertThrows(
                    ClassNotFoundException.class,
                    () -> classes.loadClass("io.micrometer.core.instrument.MeterRegistry"));
            UnaryOperator<String> snapshots = (UnaryOperator<String>) classes.loadClass(Snapshots.class.getName())
                    .getConstructor()
                    .newInstance();
            assertEquals("1 0", snapshots.apply(cluster.bootstrap()));
        }
    }

    private static URL[] classPath() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("micrometer")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }
}
