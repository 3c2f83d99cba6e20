package io.millrace.broker.net;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.netty.channel.EventLoop;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToDoubleFunction;

/**
 * The network's numbers: of requests by their kind, of sockets by listener and event loop.
 *
 * <p>What is made when it is first needed is not in the way of a start; all of it is there once somebody looks.
 *
 * <p>Threading: any thread, without a lock.
 */
final class NetMeters {
    /** Behind the places of all APIs, which are those of the enum. */
    private static final int CONSUMER = ApiKey.values().length;

    private static final int FOLLOWER = CONSUMER + 1;
    private static final String SOCKETS = "kafka.server.socket-server-metrics";

    private final Metrics metrics;
    private final AtomicReferenceArray<RequestMeters> requests = new AtomicReferenceArray<>(FOLLOWER + 1);
    private final Map<Place, SocketMeters> sockets = new ConcurrentHashMap<>();
    private final Map<EventLoop, Integer> loops = new ConcurrentHashMap<>();
    private final AtomicInteger loopCount = new AtomicInteger();

    /** The connections of one kind of client, in one place. */
    private record Clients(SocketMeters place, ClientSoftware.Kind kind) {}

    private record Place(String listener, int loop) {}

    NetMeters(Metrics metrics) {
        this.metrics = metrics;
        metrics.whenLookedAt(() -> {
            for (ApiKey key : ApiKey.values()) {
                of(key);
            }
            make(CONSUMER, ApiKey.FETCH, "FetchConsumer");
            make(FOLLOWER, ApiKey.FETCH, "FetchFollower");
        });
        addSockets();
    }

    /** What counts requests of a kind. */
    @SuppressWarnings("EnumOrdinal") // a place in an array that nobody keeps longer than the enum
    RequestMeters of(ApiKey key) {
        RequestMeters meters = requests.get(key.ordinal());
        return meters == null ? make(key.ordinal(), key, key.apiName()) : meters;
    }

    /** What counts fetches of followers, or those of consumers. */
    RequestMeters of(FetchRequest fetch) {
        boolean byFollower = fetch.replicaId() >= 0 || fetch.replicaState().replicaId() >= 0;
        int at = byFollower ? FOLLOWER : CONSUMER;
        RequestMeters meters = requests.get(at);
        return meters == null ? make(at, ApiKey.FETCH, byFollower ? "FetchFollower" : "FetchConsumer") : meters;
    }

    private RequestMeters make(int at, ApiKey key, String name) {
        requests.compareAndSet(
                at, null, new RequestMeters(metrics.registry(), name, key.lowestVersion(), key.highestVersion()));
        return requests.get(at);
    }

    /** What counts the connections of a listener on an event loop. */
    SocketMeters of(String listener, EventLoop loop) {
        int number = loops.computeIfAbsent(loop, made -> loopCount.getAndIncrement());
        return sockets.computeIfAbsent(
                new Place(listener, number), place -> new SocketMeters(metrics, listener, number));
    }

    private void addSockets() {
        Collection<SocketMeters> all = sockets.values();
        metrics.add(Table.<SocketMeters>attributes(SOCKETS, () -> all)
                .tag("listener", SocketMeters::listener)
                .tag("networkProcessor", meters -> Integer.toString(meters.loop()))
                .value("connection-count", SocketMeters::connections)
                .value("connection-creation-rate", meters -> meters.opens().rate())
                .counter("connection-creation-total", meters -> meters.opens().total())
                .value("connection-close-rate", meters -> meters.closes().rate())
                .counter("connection-close-total", meters -> meters.closes().total())
                .value("incoming-byte-rate", meters -> meters.bytesIn().rate())
                .counter("incoming-byte-total", meters -> meters.bytesIn().total())
                .value("outgoing-byte-rate", meters -> meters.bytesOut().rate())
                .counter("outgoing-byte-total", meters -> meters.bytesOut().total())
                .value(
                        "network-io-rate",
                        meters -> meters.requests().rate() + meters.responses().rate())
                .counter(
                        "network-io-total",
                        meters -> meters.requests().total() + meters.responses().total())
                .value("request-rate", meters -> meters.requests().rate())
                .counter("request-total", meters -> meters.requests().total())
                .value("request-size-avg", NetMeters::averageRequest)
                .value("request-size-max", SocketMeters::largestRequest)
                .value("response-rate", meters -> meters.responses().rate())
                .counter("response-total", meters -> meters.responses().total())
                .value("successful-authentication-rate", meters -> 0.0)
                .counter("successful-authentication-total", meters -> 0.0)
                .value("failed-authentication-rate", meters -> 0.0)
                .counter("failed-authentication-total", meters -> 0.0)
                .value("successful-reauthentication-rate", meters -> 0.0)
                .counter("successful-reauthentication-total", meters -> 0.0)
                .value("failed-reauthentication-rate", meters -> 0.0)
                .counter("failed-reauthentication-total", meters -> 0.0)
                .counter("successful-authentication-no-reauth-total", meters -> 0.0)
                .value("reauthentication-latency-avg", meters -> Double.NaN)
                .value("reauthentication-latency-max", meters -> Double.NaN)
                .counter("expired-connections-killed-count", meters -> 0.0)
                .build());
        metrics.add(clients(Table.attributes(SOCKETS, this::clients), "connections")
                .onlyBeans()
                .build());
        metrics.add(clients(Table.series("kafka_server_socket_server_metrics", this::clients), "connections_software")
                .build());
        metrics.add(Table.<String>attributes(SOCKETS, this::listeners)
                .tag("listener", listener -> listener)
                .value(
                        "connection-accept-rate",
                        listener -> sum(listener, meters -> meters.opens().rate()))
                .value("connection-accept-throttle-time", listener -> 0.0)
                .value("ip-connection-accept-throttle-time", listener -> 0.0)
                .build());
        List<NetMeters> self = List.of(this);
        metrics.add(Table.attributes(SOCKETS, () -> self)
                .value(
                        "broker-connection-accept-rate",
                        net -> net.all(meters -> meters.opens().rate()))
                .value("MemoryPoolAvgDepletedPercent", net -> 0.0)
                .value("MemoryPoolDepletedTimeTotal", net -> 0.0)
                .build());
    }

    private static double averageRequest(SocketMeters meters) {
        long requests = meters.requests().total();
        return requests == 0 ? Double.NaN : (double) meters.bytesIn().total() / requests;
    }

    private static Table.Builder<Clients> clients(Table.Builder<Clients> table, String name) {
        return table.tag("clientSoftwareName", clients -> clients.kind().name())
                .tag("clientSoftwareVersion", clients -> clients.kind().version())
                .tag("listener", clients -> clients.place().listener())
                .tag(
                        "networkProcessor",
                        clients -> Integer.toString(clients.place().loop()))
                .value(name, clients -> clients.place().software().count(clients.kind()));
    }

    private Collection<Clients> clients() {
        return sockets.values().stream()
                .flatMap(place -> place.software().kinds().stream().map(kind -> new Clients(place, kind)))
                .toList();
    }

    private Collection<String> listeners() {
        return sockets.values().stream().map(SocketMeters::listener).distinct().toList();
    }

    private double sum(String listener, ToDoubleFunction<SocketMeters> value) {
        return sockets.values().stream()
                .filter(meters -> meters.listener().equals(listener))
                .mapToDouble(value)
                .sum();
    }

    private double all(ToDoubleFunction<SocketMeters> value) {
        return sockets.values().stream().mapToDouble(value).sum();
    }
}
