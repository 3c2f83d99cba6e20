package io.millrace.broker.cluster.zk;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /cluster/id}: made by the first broker, never changed. */
final class ClusterIdNode {
    static final String PATH = "/cluster/id";
    private static final int VERSION = 1;

    private ClusterIdNode() {}

    static byte[] encode(String id) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", String.valueOf(VERSION)); // a string here, as in Kafka
        fields.put("id", id);
        return Json.bytes(fields);
    }

    static String decode(Znode node) throws CorruptNodeException {
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        return json.text("id");
    }
}
