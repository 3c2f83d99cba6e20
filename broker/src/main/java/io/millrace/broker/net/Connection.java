package io.millrace.broker.net;

import io.millrace.broker.api.Handlers;
import io.millrace.protocol.wire.Names;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, as the pipeline knows it: hands what was read to {@link FrameReader}, frames to {@link
 * Dispatch}, what happens to the socket to {@link Answers}, and ends them all. A single handler, since each costs memory
 * and most connections are idle.
 *
 * <p>Threading: the connection's event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter implements FrameReader.Receiver, ClientSoftware.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private static final int FRAME_LENGTH_BYTES = 4;

    private final ReadGate gate;
    private final FrameReader frames;
    private final ConnectionLimits limits;
    private final SocketMeters meters;
    private final Activity activity = new Activity();
    private final Answers answers;
    private final Dispatch dispatch;
    private ClientSoftware.Kind client;
    private boolean gone;

    /**
     * @param limits which count it, and are told when it ends
     * @param requests counts requests of all connections
     * @param meters counts what goes through the sockets of its event loop
     */
    Connection(
            String listener,
            Handlers handlers,
            Executor workers,
            Names names,
            ReadGate gate,
            FrameReader frames,
            ConnectionLimits limits,
            NetMeters requests,
            SocketMeters meters) {
        this.meters = meters;
        this.gate = gate;
        this.frames = frames;
        this.limits = limits;
        this.answers = new Answers(gate, activity, meters);
        this.dispatch = new Dispatch(listener, handlers, workers, names, answers, requests, this);
        this.client = meters.software().add(ClientSoftware.UNKNOWN);
        meters.opened();
    }

    @Override
    public void isOf(ClientSoftware.Kind kind) {
        if (!gone) {
            meters.software().remove(client);
            client = meters.software().add(kind);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        frames.read(context, (ByteBuf) message);
    }

    @Override
    public void frame(ChannelHandlerContext context, Frame frame) {
        answers.readBegins();
        meters.request(FRAME_LENGTH_BYTES + frame.bytes().readableBytes());
        dispatch.accept(context, frame);
    }

    @Override
    public void noFrame(ChannelHandlerContext context, String why) {
        dispatch.refuse(context, why);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        framesEnd(context);
    }

    /** Also after a read that has brought only a part of a request. */
    @Override
    public void framesEnd(ChannelHandlerContext context) {
        activity.now();
        answers.readComplete(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        activity.now();
        answers.writabilityChanged(context);
    }

    /** When a read or an answer came last, in {@link System#nanoTime}. Any thread. */
    long lastActiveNs() {
        return activity.lastNs();
    }

    /** Closes the connection if nothing came or went for so long and no answer is owed. */
    void closeIfSilent(ChannelHandlerContext context, long maxIdleNs) {
        if (answers.isEmpty() && activity.isSilent(context.channel(), maxIdleNs)) {
            context.close();
        }
    }

    /** Reads no more requests; calls back once all answers are with the system. */
    void stop(ChannelHandlerContext context, Runnable whenIdle) {
        gate.hold(ReadGate.Reason.STOPPING);
        answers.whenIdle(context, whenIdle);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        frames.close();
        answers.end();
    }

    /** Called once for every connection, whether it was ever active or not. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        frames.close();
        gone = true;
        meters.software().remove(client);
        meters.closed();
        limits.remove(((InetSocketAddress) context.channel().remoteAddress()).getAddress());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            LOG.error(
                    "The connection from {} failed and is closed",
                    context.channel().remoteAddress(),
                    cause);
        }
        context.close();
    }
}
