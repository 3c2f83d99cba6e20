package io.millrace.broker.net;

import io.millrace.broker.config.InvalidSettingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a listener binds, or what it advertises: {@code NAME://host:port}. The host may be empty (all interfaces); port
 * 0 takes a free one.
 */
public record ListenerAddress(String name, String host, int port) {

    /**
     * Reads a list of addresses.
     *
     * @param key the setting they come from, for the error
     * @throws InvalidSettingException if one of them is no address or two share a name
     */
    public static List<ListenerAddress> parse(String key, List<String> texts) {
        List<ListenerAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            ListenerAddress address = parse(key, text);
            if (addresses.stream().anyMatch(a -> a.name.equals(address.name))) {
                throw new InvalidSettingException(
                        key, String.join(",", texts), "two listeners have the name " + address.name);
            }
            addresses.add(address);
        }
        return List.copyOf(addresses);
    }

    private static ListenerAddress parse(String key, String text) {
        int scheme = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        if (scheme < 1 || colon <= scheme) {
            throw notAnAddress(key, text);
        }
        String host = text.substring(scheme + 3, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 0 || port > 65535) {
                throw notAnAddress(key, text);
            }
            return new ListenerAddress(text.substring(0, scheme), host, port);
        } catch (NumberFormatException e) {
            throw notAnAddress(key, text);
        }
    }

    private static InvalidSettingException notAnAddress(String key, String text) {
        return new InvalidSettingException(key, text, "must be like PLAINTEXT://127.0.0.1:9092");
    }

    @Override
    public String toString() {
        return name + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
