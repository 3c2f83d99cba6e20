package io.millrace.broker;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.util.List;

/** What the broker tells of itself: its state by Kafka's numbers, its cluster, its version. */
final class LiveNumbers {
    private final int id;
    private final long startMs;
    private volatile State state = State.STARTING;
    private volatile String clusterId = "";

    /** Kafka's numbers of a broker's states. */
    enum State {
        NOT_RUNNING(0),
        STARTING(1),
        RECOVERING(2),
        RUNNING(3),
        HANDING_OVER(6),
        STOPPING(7);

        private final int number;

        State(int number) {
            this.number = number;
        }
    }

    LiveNumbers(int id, long startMs) {
        this.id = id;
        this.startMs = startMs;
    }

    void addTo(Metrics metrics) {
        List<LiveNumbers> self = List.of(this);
        metrics.add(Table.gauges("kafka.server.KafkaServer", () -> self)
                .value("BrokerState", numbers -> numbers.state.number)
                .value("ClusterId", numbers -> numbers.clusterId)
                .build());
        metrics.add(Table.attributes("kafka.server.app-info", () -> self)
                .tag("id", numbers -> Integer.toString(numbers.id))
                .value("Version", numbers -> Version.number())
                .value("CommitId", numbers -> "unknown")
                .value("StartTimeMs", numbers -> numbers.startMs)
                .build());
        metrics.add(Table.attributes("kafka.server.app-info", () -> self)
                .tag("client-id", numbers -> Integer.toString(numbers.id))
                .value("version", numbers -> Version.number())
                .value("commit-id", numbers -> "unknown")
                .value("start-time-ms", numbers -> numbers.startMs)
                .onlyBeans()
                .build());
        metrics.add(Table.series("millrace_build_info", () -> self)
                .tag("version", numbers -> Version.number())
                .tag("cluster", numbers -> numbers.clusterId)
                .tag("broker", numbers -> Integer.toString(numbers.id))
                .value("", numbers -> 1)
                .build());
    }

    void became(State next) {
        state = next;
    }

    State state() {
        return state;
    }

    void inCluster(String cluster) {
        clusterId = cluster;
    }
}
