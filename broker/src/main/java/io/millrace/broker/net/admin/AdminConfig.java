package io.millrace.broker.net.admin;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Optional;

/**
 * Settings of the admin port.
 *
 * @param address where it listens; empty if it does not
 * @param isChosen whether the operator has named the address: then the broker does not do without it
 * @param maxPartitions of how many partitions Prometheus is told, for each name
 */
public record AdminConfig(Optional<Address> address, boolean isChosen, int maxPartitions) {
    /** What the default port is above that of the first listener: 9644 for 9092. */
    private static final int ABOVE_LISTENER = 552;

    private static final int HIGHEST_PORT = 65_535;

    static final Setting<String> LISTENER = Setting.ofString(
            "admin.listener",
            "",
            "Where metrics and health are served over HTTP, as host:port. Unset: the first listener's host, 552 above its"
                    + " port. off: nowhere.");
    static final Setting<Integer> MAX_PARTITIONS = Setting.ofInt(
            "admin.metrics.partitions.max",
            100_000,
            0,
            Integer.MAX_VALUE,
            "Of how many partitions /metrics has series, for each name; 0 for none.");

    /** All settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(LISTENER, MAX_PARTITIONS);

    /** A place to listen at; an empty host is all interfaces, port 0 any free one. */
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Reads the settings.
     *
     * @param host of the first listener
     * @param port of the first listener, as it is configured
     * @throws InvalidSettingException naming the first one that cannot be used
     */
    public static AdminConfig from(Settings settings, String host, int port) {
        int maxPartitions = settings.get(MAX_PARTITIONS);
        String text = settings.get(LISTENER).trim();
        if (text.equals("off")) {
            return new AdminConfig(Optional.empty(), true, maxPartitions);
        }
        if (!text.isEmpty()) {
            return new AdminConfig(Optional.of(parse(text)), true, maxPartitions);
        }
        if (port + ABOVE_LISTENER > HIGHEST_PORT) {
            return new AdminConfig(Optional.empty(), false, maxPartitions);
        }
        Address address = new Address(host, port == 0 ? 0 : port + ABOVE_LISTENER);
        return new AdminConfig(Optional.of(address), false, maxPartitions);
    }

    private static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = text.substring(0, Math.max(0, colon));
            if (colon < 0 || port < 0 || port > HIGHEST_PORT || host.contains("/")) {
                throw notAnAddress(text);
            }
            boolean isBracketed = host.startsWith("[") && host.endsWith("]");
            return new Address(isBracketed ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException e) {
            throw notAnAddress(text);
        }
    }

    private static InvalidSettingException notAnAddress(String text) {
        return new InvalidSettingException(LISTENER.name(), text, "must be like 127.0.0.1:9644, or off");
    }
}
