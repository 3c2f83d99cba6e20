package io.millrace.broker.net;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A listening socket that does as a peer should not: answers as the test says, or not at all. */
final class FakePeer implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final ServerSocket listening;
    private final List<Socket> sockets = new ArrayList<>();
    private DataInputStream in;

    FakePeer() throws IOException {
        this(50);
    }

    FakePeer(int backlog) throws IOException {
        listening = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        listening.setSoTimeout(TIMEOUT_MS);
    }

    static BrokerRegistration registration(int port, long epoch) {
        return new BrokerRegistration(
                2, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", port)), Optional.empty(), epoch);
    }

    BrokerRegistration registration(long epoch) {
        return registration(listening.getLocalPort(), epoch);
    }

    /** Fills the queue of connections that wait to be accepted, until the system takes no more. */
    void fillBacklog() throws IOException {
        for (int i = 0; i < 100; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort()), 300);
            } catch (java.net.SocketTimeoutException full) {
                return;
            }
        }
        throw new IllegalStateException("the backlog has no end");
    }

    void accept() throws IOException {
        Socket socket = listening.accept();
        socket.setSoTimeout(TIMEOUT_MS);
        sockets.add(socket);
        in = new DataInputStream(socket.getInputStream());
    }

    /** The next request without its length. */
    ByteBuffer read() throws IOException {
        byte[] request = new byte[in.readInt()];
        in.readFully(request);
        return ByteBuffer.wrap(request);
    }

    /** The correlation id of the next request. */
    int readId() throws IOException {
        return read().getInt(4);
    }

    /** Waits for the other side to close. */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    void send(byte[] bytes) throws IOException {
        sockets.get(sockets.size() - 1).getOutputStream().write(bytes);
    }

    /** Answers a Heartbeat of version 3. */
    void answerHeartbeat(int id) throws IOException {
        send(heartbeatAnswer(id));
    }

    static byte[] heartbeatAnswer(int id) {
        return ByteBuffer.allocate(14).putInt(10).putInt(id).array();
    }

    /** Closes the connection that was accepted last. */
    void hangUp() throws IOException {
        sockets.get(sockets.size() - 1).close();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
