package io.millrace.client.testing;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.wire.Reader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A broker that does what a test says: it reads whole requests from real sockets, decodes them, and asks its script for
 * a {@link Reply}. ApiVersions it answers by itself unless the script has something else in mind.
 *
 * <p>Threading: one thread accepts, one serves each connection; the script is called by these, one at a time.
 */
public final class FakeBroker implements AutoCloseable {
    private final int id;
    private final int port;
    private final Map<ApiKey, Function<FakeCall, Reply>> script = new EnumMap<>(ApiKey.class);
    private final Map<ApiKey, Queue<Function<FakeCall, Reply>>> once = new EnumMap<>(ApiKey.class);
    private final List<FakeCall> calls = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Map<ApiKey, short[]> versions = new EnumMap<>(ApiKey.class);
    private ServerSocket server;
    private Thread acceptor;
    private int accepted;

    public FakeBroker(int id) {
        this.id = id;
        for (ApiKey key : ApiKey.values()) {
            versions.put(key, new short[] {key.lowestVersion(), key.highestVersion()});
        }
        on(ApiKey.API_VERSIONS, call -> Reply.of(apiVersions()));
        this.port = Ports.free();
        listen();
    }

    public int id() {
        return id;
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What it does with such requests from now on. */
    public synchronized FakeBroker on(ApiKey key, Function<FakeCall, Reply> reply) {
        script.put(key, reply);
        return this;
    }

    /** What it does with the next such request that nothing else was said for. */
    public synchronized FakeBroker once(ApiKey key, Function<FakeCall, Reply> reply) {
        once.computeIfAbsent(key, k -> new ArrayDeque<>()).add(reply);
        return this;
    }

    /** As {@link #once(ApiKey, Function)}. */
    public FakeBroker once(ApiKey key, Reply reply) {
        return once(key, call -> reply);
    }

    /** Which versions it says that it serves. */
    public synchronized FakeBroker serves(ApiKey key, int lowest, int highest) {
        versions.put(key, new short[] {(short) lowest, (short) highest});
        return this;
    }

    /** All requests so far, in the order in which they came. */
    public List<FakeCall> calls() {
        return List.copyOf(calls);
    }

    public List<FakeCall> calls(ApiKey key) {
        return calls.stream().filter(call -> call.key() == key).toList();
    }

    /** How many connections were accepted so far. */
    public synchronized int connections() {
        return accepted;
    }

    private void listen() {
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            ServerSocket mine = server;
            acceptor = start("fake-broker-" + id, () -> accept(mine));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses connections and breaks those that there are. */
    public void down() {
        closeServer();
        hangUp();
    }

    /** Listens again, where it did. */
    public void up() {
        listen();
    }

    /** Breaks all connections, and accepts new ones. */
    public void hangUp() {
        sockets.forEach(FakeBroker::closeQuietly);
        sockets.clear();
    }

    private static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                int number;
                synchronized (this) {
                    number = accepted++;
                }
                start("fake-broker-" + id + "-" + number, () -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                FakeCall call = decode(number, ByteBuffer.wrap(frame));
                calls.add(call);
                if (!act(socket, call, reply(call))) {
                    return;
                }
            }
        } catch (IOException gone) {
            // the client has closed the connection, or the test has
        }
    }

    private static FakeCall decode(int connection, ByteBuffer frame) {
        ApiKey key = ApiKey.of(frame.getShort(0));
        short version = frame.getShort(2);
        Reader in = new Reader(frame);
        RequestHeader header = RequestHeader.read(in, key.requestHeaderVersion(version));
        ApiMessage request = key.readRequest(in, version);
        in.expectEnd();
        return new FakeCall(connection, key, version, header.correlationId(), header.clientId(), request);
    }

    private synchronized Reply reply(FakeCall call) {
        Queue<Function<FakeCall, Reply>> queue = once.get(call.key());
        Function<FakeCall, Reply> next = queue == null ? null : queue.poll();
        Function<FakeCall, Reply> chosen = next != null ? next : script.get(call.key());
        if (chosen == null) {
            throw new IllegalStateException("the script has nothing for " + call.key());
        }
        return chosen.apply(call);
    }

    /** Whether the connection goes on. */
    private static boolean act(Socket socket, FakeCall call, Reply reply) throws IOException {
        if (reply instanceof Reply.Later later) {
            later.gate().join();
            return act(socket, call, later.then());
        } else if (reply instanceof Reply.Answer answer) {
            socket.getOutputStream().write(FakeFrames.encode(call, answer.message()));
        } else if (reply instanceof Reply.Dribble dribble) {
            byte[] all = FakeFrames.encode(call, dribble.message());
            for (int at = 0; at < all.length; at += dribble.pieceBytes()) {
                socket.getOutputStream().write(all, at, Math.min(dribble.pieceBytes(), all.length - at));
                socket.getOutputStream().flush();
            }
        } else if (reply instanceof Reply.Cut cut) {
            byte[] all = FakeFrames.encode(call, cut.message());
            socket.getOutputStream().write(all, 0, Math.min(cut.bytes(), all.length));
            return false;
        } else if (reply instanceof Reply.Garbage garbage) {
            socket.getOutputStream().write(garbage.bytes());
        } else if (reply instanceof Reply.Hangup) {
            return false;
        }
        return true;
    }

    /** What it serves, as ApiVersions tells it. */
    public synchronized ApiVersionsResponse apiVersions() {
        List<ApiVersionsResponse.ApiKey> keys = new ArrayList<>();
        versions.forEach((key, range) -> keys.add(ApiVersionsResponse.ApiKey.builder()
                .apiKey(key.id())
                .minVersion(range[0])
                .maxVersion(range[1])
                .build()));
        return ApiVersionsResponse.builder().apiKeys(keys).build();
    }

    private void closeServer() {
        try {
            server.close();
            acceptor.join(); // until then the port is not free
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        down();
    }
}
