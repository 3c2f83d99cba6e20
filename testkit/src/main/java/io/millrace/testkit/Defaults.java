package io.millrace.testkit;

import java.util.Map;

/** Settings that suit a test: few threads, no waiting for members who will not come, small internal topics. */
final class Defaults {
    private static final int MOST_REPLICAS = 3;

    private Defaults() {}

    static Map<String, String> of(int brokers) {
        String replicas = Integer.toString(Math.min(brokers, MOST_REPLICAS));
        return Map.of(
                "admin.listener", "off",
                "num.network.threads", "1",
                "num.io.threads", "2",
                "default.replication.factor", replicas,
                "offsets.topic.replication.factor", replicas,
                "offsets.topic.num.partitions", "1",
                "group.initial.rebalance.delay.ms", "0");
    }
}
