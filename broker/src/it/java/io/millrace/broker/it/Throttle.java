package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Replication quotas as Kafka's tools set them, for all replicas of a topic at all brokers. */
final class Throttle {
    private static final List<String> REPLICAS =
            List.of("leader.replication.throttled.replicas", "follower.replication.throttled.replicas");
    private static final List<String> RATES =
            List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate");

    private Throttle() {}

    static void set(Admin admin, String topic, long bytesPerSecond) {
        change(admin, topic, REPLICAS, "*", AlterConfigOp.OpType.SET);
        change(admin, "", RATES, Long.toString(bytesPerSecond), AlterConfigOp.OpType.SET);
    }

    static void lift(Admin admin, String topic) {
        change(admin, topic, REPLICAS, "", AlterConfigOp.OpType.DELETE);
        change(admin, "", RATES, "", AlterConfigOp.OpType.DELETE);
    }

    private static void change(
            Admin admin, String topic, List<String> names, String value, AlterConfigOp.OpType operation) {
        ConfigResource resource = topic.isEmpty()
                ? new ConfigResource(ConfigResource.Type.BROKER, "")
                : new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Collection<AlterConfigOp> changes = new ArrayList<>();
        names.forEach(name -> changes.add(new AlterConfigOp(new ConfigEntry(name, value), operation)));
        Clients.await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
    }
}
