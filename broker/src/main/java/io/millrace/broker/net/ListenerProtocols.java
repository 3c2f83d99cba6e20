package io.millrace.broker.net;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which security each listener has by its name (KIP-103), and which listeners are none of a broker's: those that Kafka's
 * settings keep for its controllers.
 */
final class ListenerProtocols {
    static final Setting<List<String>> MAP = Setting.ofList(
            "listener.security.protocol.map",
            List.of("PLAINTEXT:PLAINTEXT", "SSL:SSL", "SASL_PLAINTEXT:SASL_PLAINTEXT", "SASL_SSL:SASL_SSL"),
            "Security of each listener by its name, as NAME:PROTOCOL. Only PLAINTEXT works in this version.");
    static final Setting<List<String>> CONTROLLERS = Setting.ofList(
            "controller.listener.names",
            List.of(),
            "Names of listeners that are left out: those of Kafka's controllers, which Millrace has not.");

    private static final String PLAINTEXT = "PLAINTEXT";

    private final Map<String, String> protocols = new LinkedHashMap<>();
    private final List<String> controllers;

    ListenerProtocols(Settings settings) {
        for (String entry : settings.get(MAP)) {
            int colon = entry.indexOf(':');
            if (colon < 1 || colon == entry.length() - 1) {
                throw new InvalidSettingException(MAP.name(), entry, "must be like INTERNAL:PLAINTEXT");
            }
            protocols.put(
                    entry.substring(0, colon).trim(), entry.substring(colon + 1).trim());
        }
        controllers = settings.get(CONTROLLERS);
    }

    /**
     * The broker's own among these.
     *
     * @throws InvalidSettingException if one has a security that is not there, or none
     */
    List<ListenerAddress> ownOf(String key, List<ListenerAddress> listeners) {
        List<ListenerAddress> own = new ArrayList<>();
        for (ListenerAddress listener : listeners) {
            if (!controllers.contains(listener.name())) {
                requirePlaintext(key, listener);
                own.add(listener);
            }
        }
        return List.copyOf(own);
    }

    private void requirePlaintext(String key, ListenerAddress listener) {
        String protocol = protocols.get(listener.name());
        if (protocol == null) {
            throw new InvalidSettingException(
                    key,
                    listener.toString(),
                    MAP.name() + " does not say which security " + listener.name() + " has; add " + listener.name()
                            + ":PLAINTEXT");
        }
        if (!protocol.equals(PLAINTEXT)) {
            throw new InvalidSettingException(
                    key, listener.toString(), "only PLAINTEXT listeners work in this version, not " + protocol);
        }
    }
}
