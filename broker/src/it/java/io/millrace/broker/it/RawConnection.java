package io.millrace.broker.it;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A socket to a broker, for bytes of any kind. Reads give up after some seconds. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 15_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawConnection(int port) throws IOException {
        this(port, 0);
    }

    /** With a receive buffer of a size, to be a slow reader; 0 leaves it to the system. */
    RawConnection(int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Says that no more will be sent. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Sends a request and reads what follows its correlation id (header version 0). */
    ByteBuffer call(RawRequest request) throws IOException {
        send(request.frame());
        return receive();
    }

    ByteBuffer receive() throws IOException {
        byte[] response = new byte[in.readInt()];
        in.readFully(response);
        ByteBuffer buffer = ByteBuffer.wrap(response);
        int correlationId = buffer.getInt();
        if (correlationId != RawRequest.CORRELATION_ID) {
            throw new IllegalStateException("correlation id " + correlationId);
        }
        return buffer;
    }

    /** Whether the broker closes the connection without a word, now or within some seconds. */
    boolean isClosedByBroker() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException | SocketException closed) {
            return true;
        }
    }

    static String string(ByteBuffer from) {
        byte[] bytes = new byte[from.getShort()];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Drops the connection without a farewell: the other side gets a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
