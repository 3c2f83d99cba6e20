package io.millrace.broker.net;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/**
 * Settings of the network.
 *
 * @param listeners what to bind
 * @param advertised what clients are told; empty where they are told the address that they reached
 * @param interBrokerListener name of the listener at which brokers meet
 * @param networkThreads event loops
 * @param requestThreads request workers
 * @param maxRequestBytes largest frame, in bytes
 * @param queuedRequestBytes bytes of requests held at once; past them sockets are not read
 * @param maxIdleMs after which a silent connection is closed
 * @param maxConnections of all clients together
 * @param maxConnectionsPerIp of one address
 */
public record NetConfig(
        List<ListenerAddress> listeners,
        List<ListenerAddress> advertised,
        String interBrokerListener,
        int networkThreads,
        int requestThreads,
        int maxRequestBytes,
        long queuedRequestBytes,
        long maxIdleMs,
        int maxConnections,
        int maxConnectionsPerIp,
        int backlog,
        int sendBufferBytes,
        int receiveBufferBytes) {

    static final Setting<List<String>> LISTENERS = Setting.ofList(
            "listeners", List.of("PLAINTEXT://127.0.0.1:9092"), "Addresses to listen on, as NAME://host:port.");
    static final Setting<List<String>> ADVERTISED = Setting.ofList(
            "advertised.listeners",
            List.of(),
            "Addresses that clients are told. Unset: the address that the client connected to.");
    static final Setting<String> INTER_BROKER = Setting.ofString(
            "inter.broker.listener.name",
            "",
            "Name of the listener at which this broker meets the others, and they meet it. Unset: that of the first"
                    + " listener.");
    static final Setting<Integer> NETWORK_THREADS = Setting.ofInt(
            "num.network.threads", cores(), 1, 1024, "Event loops that read requests and send responses.");
    static final Setting<Integer> IO_THREADS =
            Setting.ofInt("num.io.threads", 2 * cores(), 1, 1024, "Threads that handle requests, disk reads included.");
    static final Setting<Integer> REQUEST_MAX_BYTES =
            Setting.ofInt("socket.request.max.bytes", 104_857_600, 1, Integer.MAX_VALUE, "Largest request, in bytes.");
    static final Setting<Long> QUEUED_BYTES = Setting.ofLong(
                    "queued.max.request.bytes",
                    -1,
                    -1,
                    Long.MAX_VALUE,
                    "Bytes of requests held in memory at once; past them sockets are not read. -1 or 0: half of the"
                            + " direct memory that the JVM may use.")
            .where(v -> v != 0, "-1 or a whole number of at least 1");
    static final Setting<Long> MAX_IDLE = Setting.ofLong(
            "connections.max.idle.ms", 600_000, 1, Long.MAX_VALUE, "Silent connections are closed after this time.");
    static final Setting<Integer> MAX_CONNECTIONS = Setting.ofInt(
            "max.connections", Integer.MAX_VALUE, 0, Integer.MAX_VALUE, "Connections of all clients together.");
    static final Setting<Integer> MAX_PER_IP = Setting.ofInt(
            "max.connections.per.ip", Integer.MAX_VALUE, 0, Integer.MAX_VALUE, "Connections of one client address.");
    static final Setting<Integer> BACKLOG =
            Setting.ofInt("socket.listen.backlog.size", 1024, 1, 65_535, "Connections that wait to be accepted.");
    static final Setting<Integer> SEND_BUFFER = Setting.ofInt(
            "socket.send.buffer.bytes",
            -1,
            -1,
            Integer.MAX_VALUE,
            "SO_SNDBUF of a connection; 0: the system's own; -1: that, but 400000 for clients less than 0.5 ms away.");
    static final Setting<Integer> RECEIVE_BUFFER = Setting.ofInt(
            "socket.receive.buffer.bytes",
            -1,
            -1,
            Integer.MAX_VALUE,
            "SO_RCVBUF of a connection; -1: the system's own.");

    /** All settings of this room. */
    public static final List<Setting<?>> SETTINGS = List.of(
            LISTENERS,
            ADVERTISED,
            INTER_BROKER,
            ListenerProtocols.MAP,
            ListenerProtocols.CONTROLLERS,
            NETWORK_THREADS,
            IO_THREADS,
            REQUEST_MAX_BYTES,
            QUEUED_BYTES,
            MAX_IDLE,
            MAX_CONNECTIONS,
            MAX_PER_IP,
            BACKLOG,
            SEND_BUFFER,
            RECEIVE_BUFFER);

    /** Reads the settings, for the direct memory that this JVM may use. Throws as the other one. */
    public static NetConfig from(Settings settings) {
        return from(settings, PlatformDependent.maxDirectMemory());
    }

    /**
     * Reads the settings.
     *
     * @param maxDirectBytes the direct memory that the JVM may use
     * @throws InvalidSettingException naming the first one that cannot be used
     */
    static NetConfig from(Settings settings, long maxDirectBytes) {
        ListenerProtocols protocols = new ListenerProtocols(settings);
        List<ListenerAddress> listeners =
                protocols.ownOf(LISTENERS.name(), ListenerAddress.parse(LISTENERS.name(), settings.get(LISTENERS)));
        List<ListenerAddress> advertised =
                protocols.ownOf(ADVERTISED.name(), ListenerAddress.parse(ADVERTISED.name(), settings.get(ADVERTISED)));
        if (listeners.isEmpty()) {
            throw new InvalidSettingException(LISTENERS.name(), "", "at least one listener is needed");
        }
        for (ListenerAddress address : advertised) {
            if (listeners.stream().noneMatch(l -> l.name().equals(address.name()))) {
                throw new InvalidSettingException(
                        ADVERTISED.name(), address.toString(), "no listener has the name " + address.name());
            }
            if (address.host().isEmpty() || address.host().equals("0.0.0.0") || address.port() == 0) {
                throw new InvalidSettingException(
                        ADVERTISED.name(), address.toString(), "clients need a host and a port to connect to");
            }
        }
        long queued = settings.get(QUEUED_BYTES);
        return new NetConfig(
                listeners,
                advertised,
                interBroker(settings.get(INTER_BROKER), listeners),
                settings.get(NETWORK_THREADS),
                settings.get(IO_THREADS),
                settings.get(REQUEST_MAX_BYTES),
                queued <= 0 ? maxDirectBytes / 2 : queued,
                settings.get(MAX_IDLE),
                settings.get(MAX_CONNECTIONS),
                settings.get(MAX_PER_IP),
                settings.get(BACKLOG),
                settings.get(SEND_BUFFER),
                settings.get(RECEIVE_BUFFER));
    }

    private static String interBroker(String name, List<ListenerAddress> listeners) {
        if (name.isEmpty()) {
            return listeners.get(0).name();
        }
        if (listeners.stream().noneMatch(listener -> listener.name().equals(name))) {
            throw new InvalidSettingException(INTER_BROKER.name(), name, "no listener has that name");
        }
        return name;
    }

    private static int cores() {
        return Math.max(1, Math.min(8, Runtime.getRuntime().availableProcessors()));
    }
}
