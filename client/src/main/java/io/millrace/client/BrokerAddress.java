package io.millrace.client;

import java.util.ArrayList;
import java.util.List;

/** Where a broker listens: a name or an IP address, and a port. The name is looked up at each connect. */
public record BrokerAddress(String host, int port) {
    public BrokerAddress {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw MillraceException.invalid(
                    "'" + host + ":" + port + "' is no address; write host:port, such as kafka1:9092");
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 address stands in brackets.
     *
     * @throws MillraceException INVALID if it is not such
     */
    public static BrokerAddress parse(String text) {
        String trimmed = text.trim();
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? "" : trimmed.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (!bracketed && host.indexOf(':') >= 0)) {
            throw MillraceException.invalid("'" + trimmed + "' is no address; write host:port, such as kafka1:9092");
        }
        try {
            int port = Integer.parseInt(trimmed.substring(colon + 1));
            return new BrokerAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException e) {
            throw MillraceException.invalid(
                    "The port of '" + trimmed + "' is no number; write host:port, such as kafka1:9092");
        }
    }

    /** Reads addresses with commas between them, as in {@code bootstrap.servers}; there must be one. */
    public static List<BrokerAddress> parseList(String text) {
        List<BrokerAddress> addresses = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                addresses.add(parse(part));
            }
        }
        if (addresses.isEmpty()) {
            throw MillraceException.invalid(
                    "No broker to begin with; set bootstrap.servers, such as kafka1:9092,kafka2:9092");
        }
        return List.copyOf(addresses);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
