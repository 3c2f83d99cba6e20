package io.millrace.broker.net;

import io.millrace.broker.api.Handlers;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, as the pipeline knows it: hands frames to {@link Dispatch}, what happens to the socket to
 * {@link Answers}, and ends both.
 *
 * <p>Threading: the connection's event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final ReadGate gate;
    private final Activity activity = new Activity();
    private final Answers answers;
    private final Dispatch dispatch;

    Connection(String listener, Handlers handlers, Executor workers, ReadGate gate) {
        this.gate = gate;
        this.answers = new Answers(gate, activity);
        this.dispatch = new Dispatch(listener, handlers, workers, answers);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        dispatch.opened(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        answers.readBegins();
        dispatch.accept(context, (Frame) message);
    }

    /** Also after a read that has brought only a part of a request. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        activity.now();
        answers.readComplete(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        activity.now();
        answers.writabilityChanged(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof FrameReader.BadFrame bad) {
            dispatch.refuse(context, "a request of " + bad.size() + " bytes");
        } else if (event instanceof FrameReader.StalledFrame stalled) {
            dispatch.refuse(
                    context,
                    "a request stopped after " + stalled.received() + " of " + stalled.size()
                            + " bytes while others wait for memory");
        }
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
        answers.end();
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
