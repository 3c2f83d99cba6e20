package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What test classes get that ask for brokers. */
@MillraceTest(
        brokers = 2,
        topics = @TestTopic(name = "orders", partitions = 4, config = "retention.ms=1000"),
        bootstrapServersProperties = MillraceExtensionTest.PROPERTY)
class MillraceExtensionTest {
    static final String PROPERTY = "millrace.testkit.example";

    private static MillraceCluster first;

    @BeforeAll
    static void remember(MillraceCluster cluster) {
        first = cluster;
    }

    @Test
    void brokersAndTopicsAreThere(MillraceCluster cluster) {
        assertSame(first, cluster);
        assertEquals(2, cluster.brokers().size());
        assertEquals(cluster.bootstrapServers(), System.getProperty(PROPERTY));
        Clients.send(cluster.bootstrapServers(), "orders", "one");
        assertEquals(List.of("one"), Clients.read(cluster.bootstrapServers(), "orders", 1));
    }

    @Nested
    class Inside {
        @Test
        void theSameBrokersServe(MillraceCluster cluster) {
            assertSame(first, cluster);
        }
    }

    @Nested
    class Others {
        @Test
        void anotherClassHasItsOwn() {
            TestExecutionSummary summary = run(Registered.class);
            assertEquals(1, summary.getTestsSucceededCount(), () -> failures(summary));
        }

        @Test
        void aClassThatSaysNothingIsTold() {
            TestExecutionSummary summary = run(Silent.class);
            assertEquals(0, summary.getTestsStartedCount());
            assertTrue(failures(summary).contains("annotate it with @MillraceTest"), () -> failures(summary));
        }

        @Test
        void classesThatWantTheSameHaveBrokersOfTheirOwn() {
            TestExecutionSummary summary = run(One.class, Two.class, Three.class, Four.class);
            assertEquals(4, summary.getTestsSucceededCount(), () -> failures(summary));
        }

        private TestExecutionSummary run(Class<?>... tests) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(Stream.of(tests)
                                            .map(DiscoverySelectors::selectClass)
                                            .toList())
                                    .build(),
                            listener);
            return listener.getSummary();
        }

        private String failures(TestExecutionSummary summary) {
            return summary.getFailures().stream()
                    .map(failure -> failure.getException().toString())
                    .collect(Collectors.joining("\n"));
        }
    }

    static class Registered {
        @RegisterExtension
        static final MillraceExtension MILLRACE =
                MillraceExtension.of(MillraceCluster.brokers(1).topic("orders", 1));

        @Test
        void isServed(MillraceCluster cluster) {
            assertSame(MILLRACE.cluster(), cluster);
            assertNotEquals(first.bootstrapServers(), cluster.bootstrapServers());
            assertEquals(
                    0,
                    Clients.send(cluster.bootstrapServers(), "orders", "first here")
                            .offset());
        }
    }

    @MillraceTest(topics = @TestTopic(name = "orders"))
    static class One {
        @Test
        void isTheFirstToSend(MillraceCluster cluster) {
            assertEquals(
                    0,
                    Clients.send(cluster.bootstrapServers(), "orders", "first").offset());
        }
    }

    @MillraceTest(topics = @TestTopic(name = "orders"))
    static class Two extends One {}

    @MillraceTest(topics = @TestTopic(name = "orders"))
    static class Three extends One {}

    @MillraceTest(topics = @TestTopic(name = "orders"))
    static class Four extends One {}

    @ExtendWith(MillraceExtension.class)
    static class Silent {
        @Test
        void neverRuns() {}
    }
}
