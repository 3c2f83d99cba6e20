package io.millrace.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of 127.0.0.1 below the range that the system takes outgoing connections' ports from, since a broker that is
 * started again wants its port back.
 *
 * <p>Threading: any.
 */
final class Ports {
    private static final int FIRST = 12_000;
    private static final int COUNT = 20_000;

    private Ports() {}

    /** A port that was free just now. Somebody else may take it before it is used. */
    static int free() {
        int start = ThreadLocalRandom.current().nextInt(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + (start + i) % COUNT;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // the next one, then
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + (FIRST + COUNT));
    }
}
