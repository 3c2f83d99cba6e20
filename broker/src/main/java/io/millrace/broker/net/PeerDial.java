package io.millrace.broker.net;

import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.replica.PeerClient.Reach;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One attempt to connect, for the sake of what becomes of it.
 *
 * <p>Threading: begun by any thread, ends on the event loop.
 */
final class PeerDial {
    private static final int TIMEOUT_MS = 1_000;

    private final PeerSockets sockets;
    private final CompletableFuture<Reach> reach = new CompletableFuture<>();

    PeerDial(PeerSockets sockets) {
        this.sockets = sockets;
    }

    CompletionStage<Reach> begin(Endpoint address) {
        try {
            connect(address);
        } catch (RejectedExecutionException e) { // this broker stops
            reach.complete(Reach.SILENT);
        }
        return reach;
    }

    private void connect(Endpoint address) {
        ChannelFuture attempt = sockets.connect(address, TIMEOUT_MS, new ChannelInboundHandlerAdapter());
        Channel channel = attempt.channel();
        // A timer beside that of the socket, since looking up the name takes time, too.
        Future<?> tooLong = sockets.loop()
                .schedule(
                        () -> {
                            reach.complete(Reach.SILENT);
                            channel.close();
                        },
                        TIMEOUT_MS,
                        TimeUnit.MILLISECONDS);
        attempt.addListener(done -> {
            tooLong.cancel(false);
            reach.complete(outcome(attempt));
            channel.close();
        });
    }

    private Reach outcome(ChannelFuture attempt) {
        if (attempt.isSuccess()) {
            return PeerSockets.isToItself(attempt.channel()) ? Reach.REFUSED : Reach.ANSWERS;
        }
        return sockets.isRefusal(attempt.cause()) ? Reach.REFUSED : Reach.SILENT;
    }
}
