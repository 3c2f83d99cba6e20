package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /brokers/topics/<topic>/partitions/<partition>/state}: leader, epoch, in-sync set, in one value. */
final class PartitionStateNode {
    private static final int VERSION = 1;

    private PartitionStateNode() {}

    static String path(TopicPartition partition) {
        return directory(partition) + "/state";
    }

    /** The znode that holds nothing but the state. */
    static String directory(TopicPartition partition) {
        return partitionsOf(partition.topic()) + "/" + partition.partition();
    }

    /** The znode that holds a topic's partitions. */
    static String partitionsOf(String topic) {
        return TopicNode.path(topic) + "/partitions";
    }

    static byte[] encode(PartitionState state) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("leader", state.leader());
        fields.put("leader_epoch", state.leaderEpoch());
        fields.put("isr", state.isr());
        fields.put("controller_epoch", 0); // there is no controller; tools expect the field
        if (state.leaderRecoveryState() != PartitionState.RECOVERED) {
            fields.put("leader_recovery_state", state.leaderRecoveryState());
        }
        return Json.bytes(fields);
    }

    static PartitionState decode(Znode node) throws CorruptNodeException {
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        int leader = json.integer("leader");
        int leaderEpoch = json.integer("leader_epoch");
        List<Integer> isr = json.integers("isr");
        boolean repeats = new HashSet<>(isr).size() != isr.size();
        if (isr.isEmpty() || repeats || isr.stream().anyMatch(id -> id < 0) || leaderEpoch < 0) {
            throw new CorruptNodeException("has no usable leader epoch and in-sync set");
        }
        if (leader != PartitionState.NO_LEADER && !isr.contains(leader)) {
            throw new CorruptNodeException("has leader " + leader + ", which is not in sync");
        }
        int recovery = json.optionalInteger("leader_recovery_state").orElse(PartitionState.RECOVERED);
        return new PartitionState(leader, leaderEpoch, isr, recovery, node.version());
    }
}
