package io.millrace.client.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports of 127.0.0.1, below the range that the system takes outgoing connections' ports from: a broker that goes down
 * would not get one of those back if a connection has taken it meanwhile. No port is given twice in a long time.
 *
 * <p>Threading: any.
 */
final class Ports {
    private static final int FIRST = 10_000;
    private static final int COUNT = 10_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 41 % COUNT));

    private Ports() {}

    static int free() {
        for (int tries = 0; tries < COUNT; tries++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // the next one, then
            }
        }
        throw new IllegalStateException("no free port from " + FIRST + " on");
    }
}
