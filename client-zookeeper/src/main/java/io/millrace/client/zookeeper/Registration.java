package io.millrace.client.zookeeper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a broker wrote under {@code /brokers/ids}: its listeners. Reads versions 1 to 5 of Kafka's JSON; what it does not
 * know it passes over.
 */
record Registration(List<Listener> listeners) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String PLAINTEXT = "PLAINTEXT";

    /** One address, and how to speak there. */
    record Listener(String name, String protocol, BrokerAddress address) {}

    /**
     * Reads the value of a znode.
     *
     * @throws IOException with what is wrong, if it is no registration
     */
    static Registration parse(byte[] data) throws IOException {
        try (JsonParser json = JSON.createParser(data == null ? new byte[0] : data)) { // a znode may have no value
            return new Fields().read(json).registration();
        }
    }

    /** The address of the listener with this name; with no name, of the first that needs neither TLS nor SASL. */
    Optional<BrokerAddress> address(Optional<String> name) {
        return listeners.stream()
                .filter(listener -> name.map(listener.name()::equals)
                        .orElseGet(() -> listener.protocol().equals(PLAINTEXT)))
                .map(Listener::address)
                .findFirst();
    }

    /** The fields that count, as they come. */
    private static final class Fields {
        private final List<String> endpoints = new ArrayList<>();
        private final Map<String, String> protocols = new HashMap<>();
        private String host = "";
        private int port = -1;

        Fields read(JsonParser json) throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "host" -> host = value == JsonToken.VALUE_STRING ? json.getText() : "";
                    case "port" -> port = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : -1;
                    case "endpoints" -> readEndpoints(json);
                    case "listener_security_protocol_map" -> readProtocols(json);
                    default -> json.skipChildren();
                }
            }
            return this;
        }

        private void readEndpoints(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                endpoints.add(json.getText());
                json.skipChildren();
            }
        }

        private void readProtocols(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String listener = json.currentName();
                json.nextToken();
                protocols.put(listener, json.getText());
                json.skipChildren();
            }
        }

        Registration registration() throws IOException {
            List<Listener> listeners = new ArrayList<>();
            try {
                for (String endpoint : endpoints) {
                    listeners.add(listener(endpoint));
                }
                if (endpoints.isEmpty() && !host.isEmpty()) { // version 1
                    listeners.add(new Listener(PLAINTEXT, PLAINTEXT, new BrokerAddress(host, port)));
                }
            } catch (MillraceException e) {
                throw new IOException(e.getMessage(), e);
            }
            if (listeners.isEmpty()) {
                throw new IOException("it names no listener");
            }
            return new Registration(List.copyOf(listeners));
        }

        /** Such as {@code PLAINTEXT://kafka1:9092}. */
        private Listener listener(String endpoint) throws IOException {
            int end = endpoint.indexOf("://");
            if (end < 1) {
                throw new IOException("'" + endpoint + "' is no listener");
            }
            String name = endpoint.substring(0, end);
            return new Listener(
                    name, protocols.getOrDefault(name, name), BrokerAddress.parse(endpoint.substring(end + 3)));
        }
    }
}
