package io.millrace.broker.cluster.zk;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How ZooKeeper is reached.
 *
 * @param connect {@code host:port,host:port/chroot}; empty: ZooKeeper runs inside the broker
 * @param sessionTimeoutMs after which ZooKeeper counts a silent broker as dead
 * @param connectionTimeoutMs for which a starting broker waits for ZooKeeper
 * @param embeddedPort of the ZooKeeper inside the broker; 0 takes a free one
 * @param ensemble of servers inside brokers; then {@code connect} leads to it
 */
public record ZkConfig(
        String connect, int sessionTimeoutMs, int connectionTimeoutMs, int embeddedPort, Optional<Ensemble> ensemble) {
    /** A port from 1 to 65535, a host name or address (one of version 6 in brackets), a path without empty steps. */
    private static final Pattern CONNECT_STRING = connectString();

    public static final Setting<String> CONNECT = Setting.ofString(
                    "zookeeper.connect",
                    "",
                    "Addresses of ZooKeeper as host:port,host:port/chroot; unset: it is embedded")
            .where(ZkConfig::isConnectString, "host:port,host:port/chroot");
    public static final Setting<Integer> SESSION_TIMEOUT_MS = Setting.ofInt(
            "zookeeper.session.timeout.ms",
            6000,
            1000,
            Integer.MAX_VALUE,
            "Time in ms after which ZooKeeper counts a silent broker as dead");
    public static final Setting<Integer> CONNECTION_TIMEOUT_MS = Setting.ofInt(
            "zookeeper.connection.timeout.ms",
            6000,
            1,
            Integer.MAX_VALUE,
            "Time in ms for which a starting broker waits for ZooKeeper; unset: the session timeout");
    public static final Setting<Integer> EMBEDDED_PORT = Setting.ofInt(
            "zookeeper.embedded.port", 0, 0, 65535, "Loopback port of the embedded ZooKeeper; 0 takes a free one");
    public static final Setting<String> EMBEDDED_ENSEMBLE = Setting.ofString(
                    "zookeeper.embedded.ensemble",
                    "",
                    "Addresses of a ZooKeeper ensemble inside brokers, the n-th that of broker n, as host:port or"
                            + " host:port:peerPort:electionPort; the latter two are 707 and 1707 higher unless given")
            .where(list -> list.isBlank() || Ensemble.isList(list), Ensemble.FORM);

    /** The settings of this room. */
    public static final List<Setting<?>> SETTINGS =
            List.of(CONNECT, SESSION_TIMEOUT_MS, CONNECTION_TIMEOUT_MS, EMBEDDED_PORT, EMBEDDED_ENSEMBLE);

    /** Without an ensemble inside brokers. */
    public ZkConfig(String connect, int sessionTimeoutMs, int connectionTimeoutMs, int embeddedPort) {
        this(connect, sessionTimeoutMs, connectionTimeoutMs, embeddedPort, Optional.empty());
    }

    public static ZkConfig from(Settings settings) {
        int sessionTimeoutMs = settings.get(SESSION_TIMEOUT_MS);
        String connect = settings.get(CONNECT).trim();
        String list = settings.get(EMBEDDED_ENSEMBLE);
        Optional<Ensemble> ensemble = list.isBlank() ? Optional.empty() : Optional.of(Ensemble.parse(list));
        if (ensemble.isPresent() && !connect.isEmpty()) {
            throw new InvalidSettingException(
                    EMBEDDED_ENSEMBLE.name(), list, "cannot be set together with " + CONNECT.name());
        }
        return new ZkConfig(
                ensemble.map(Ensemble::connectString).orElse(connect),
                sessionTimeoutMs,
                settings.find(CONNECTION_TIMEOUT_MS).orElse(sessionTimeoutMs),
                settings.get(EMBEDDED_PORT),
                ensemble);
    }

    /** Whether a ZooKeeper of its own is to run inside the broker. */
    public boolean isEmbedded() {
        return connect.isEmpty();
    }

    /** The same, reaching ZooKeeper at another address. */
    public ZkConfig at(String address) {
        return new ZkConfig(address, sessionTimeoutMs, connectionTimeoutMs, embeddedPort, ensemble);
    }

    private static Pattern connectString() {
        String port = "(:0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5]))?";
        String server = "([^\\s,/:\\[\\]]+|\\[[0-9a-fA-F:.]+])" + port;
        String step = "/(?!\\.{1,2}(/|$))[^\\s/]+";
        return Pattern.compile(server + "(," + server + ")*(" + step + ")*/?");
    }

    private static boolean isConnectString(String connect) {
        return connect.isBlank() || CONNECT_STRING.matcher(connect.trim()).matches();
    }

    /** The path below which everything lies, empty if that is the root. */
    String chroot() {
        int slash = connect.indexOf('/');
        String path = slash < 0 ? "" : connect.substring(slash);
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** The servers, without the chroot. */
    String servers() {
        int slash = connect.indexOf('/');
        return slash < 0 ? connect : connect.substring(0, slash);
    }
}
