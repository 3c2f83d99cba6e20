package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.Endpoint;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Finds out whether anybody listens at a broker's addresses. */
final class Dialer {
    private final int timeoutMs;

    /** What came back. */
    enum Answer {
        /** Somebody listens. */
        ACCEPTED,
        /** The host says that nobody does. */
        REFUSED,
        /** Not even the host answers, or its name is unknown. */
        SILENT
    }

    /** {@code timeoutMs} is for each address. */
    Dialer(int timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /** Dials addresses until one accepts, on a thread of its own: looking up names and connecting block. */
    CompletableFuture<Answer> dial(List<Endpoint> endpoints) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Thread dialing = new Thread(() -> answer.complete(dialAll(endpoints)), "dial-registered-broker");
        dialing.setDaemon(true);
        dialing.start();
        return answer;
    }

    private Answer dialAll(List<Endpoint> endpoints) {
        Answer worst = Answer.REFUSED;
        for (Endpoint endpoint : endpoints) {
            Answer answer = dial(endpoint);
            if (answer == Answer.ACCEPTED) {
                return answer;
            }
            if (answer == Answer.SILENT) {
                worst = answer;
            }
        }
        return worst;
    }

    private Answer dial(Endpoint endpoint) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), timeoutMs);
            return Answer.ACCEPTED;
        } catch (ConnectException e) {
            return Answer.REFUSED;
        } catch (IOException | IllegalArgumentException e) { // unknown host, no route, timeout; a port out of range
            return Answer.SILENT;
        }
    }
}
