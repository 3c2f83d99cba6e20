package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ConfigScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code /config/topics/<topic>}, {@code /config/brokers/<id>}, {@code /config/brokers/<default>}: settings. Those of
 * users and client ids lie where {@link ClientPath} says.
 */
final class ConfigNode {
    static final String TOPICS = "/config/topics";
    static final String BROKERS = "/config/brokers";
    static final String ALL = "<default>";
    private static final int VERSION = 1;

    private ConfigNode() {}

    static String path(ConfigScope scope) {
        if (scope instanceof ConfigScope.Topic topic) {
            return TOPICS + "/" + topic.name();
        }
        if (scope instanceof ConfigScope.Client client) {
            return ClientPath.of(client.entity());
        }
        return BROKERS + "/" + (scope instanceof ConfigScope.Broker broker ? String.valueOf(broker.id()) : ALL);
    }

    static byte[] encode(Map<String, String> config) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("config", new TreeMap<>(config));
        return Json.bytes(fields);
    }

    static Map<String, String> decode(Znode node) throws CorruptNodeException {
        if (node.data().length == 0) {
            return Map.of(); // only there for the sake of those below it
        }
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        if (!json.has("config")) {
            throw new CorruptNodeException("lacks the object 'config'");
        }
        return json.optionalTextMap("config");
    }
}
