package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /brokers/ids/<id>}, ephemeral: a broker that is alive. Its epoch is the zxid that made it. The field {@code
 * recovering} is ours alone, written where it is true: other readers pass over it.
 */
final class BrokerNode {
    static final String ROOT = "/brokers/ids";
    private static final int VERSION = 5;
    private static final String RECOVERING = "recovering";
    private static final String SHORT_OF_DISK = "short_of_disk";

    private BrokerNode() {}

    static String path(int id) {
        return ROOT + "/" + id;
    }

    static byte[] encode(BrokerRegistration broker, Clock clock) {
        Optional<Endpoint> plain = broker.endpoints().stream()
                .filter(endpoint -> endpoint.securityProtocol().equals("PLAINTEXT"))
                .findFirst();
        Map<String, String> protocols = new LinkedHashMap<>();
        broker.endpoints().forEach(endpoint -> protocols.put(endpoint.listener(), endpoint.securityProtocol()));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("host", plain.map(Endpoint::host).orElse(null));
        fields.put("port", plain.map(Endpoint::port).orElse(-1));
        fields.put("endpoints", broker.endpoints().stream().map(BrokerNode::uri).toList());
        fields.put("listener_security_protocol_map", protocols);
        broker.rack().ifPresent(rack -> fields.put("rack", rack));
        fields.put("jmx_port", -1);
        fields.put("features", Map.of());
        fields.put("timestamp", String.valueOf(clock.millis()));
        if (broker.recovering()) {
            fields.put(RECOVERING, true);
        }
        if (broker.shortOfDisk()) {
            fields.put(SHORT_OF_DISK, true);
        }
        return Json.bytes(fields);
    }

    static BrokerRegistration decode(int id, Znode node) throws CorruptNodeException {
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        Map<String, String> protocols = json.optionalTextMap("listener_security_protocol_map");
        List<Endpoint> endpoints = new ArrayList<>();
        for (String uri : json.optionalTexts("endpoints")) {
            endpoints.add(endpoint(uri, protocols));
        }
        if (endpoints.isEmpty()) { // version 1
            endpoints.add(new Endpoint("PLAINTEXT", "PLAINTEXT", json.text("host"), json.integer("port")));
        }
        return new BrokerRegistration(
                id,
                endpoints,
                json.optionalText("rack"),
                node.createdZxid(),
                json.flag(RECOVERING),
                json.flag(SHORT_OF_DISK));
    }

    private static String uri(Endpoint endpoint) {
        String host = endpoint.host().contains(":") ? "[" + endpoint.host() + "]" : endpoint.host();
        return endpoint.listener() + "://" + host + ":" + endpoint.port();
    }

    private static Endpoint endpoint(String uri, Map<String, String> protocols) throws CorruptNodeException {
        int host = uri.indexOf("://");
        int port = uri.lastIndexOf(':');
        if (host < 1 || port <= host + 3) {
            throw new CorruptNodeException("has an endpoint '" + uri + "'");
        }
        String listener = uri.substring(0, host);
        String name = uri.substring(host + 3, port);
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        try {
            int number = Integer.parseInt(uri.substring(port + 1));
            if (number < 1 || number > 65535) {
                throw new CorruptNodeException("has an endpoint '" + uri + "'");
            }
            return new Endpoint(listener, protocols.getOrDefault(listener, listener), name, number);
        } catch (NumberFormatException e) {
            throw new CorruptNodeException("has an endpoint '" + uri + "'");
        }
    }
}
