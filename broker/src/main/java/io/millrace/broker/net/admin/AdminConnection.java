package io.millrace.broker.net.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP client: its requests one after the other, answers in pieces as fast as it takes them.
 *
 * <p>Bounds: a head of {@link #MAX_HEAD_BYTES}; no body; {@link #PATIENCE_MS} for each head, piece, or silence.
 *
 * <p>Threading: the admin port's event loop.
 */
final class AdminConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AdminConnection.class);
    private static final int MAX_HEAD_BYTES = 8 << 10;
    private static final long PATIENCE_MS = 60_000;
    private static final byte[] END = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Pages pages;
    private final long patienceMs;
    private final ByteBuf read = Unpooled.buffer(512, MAX_HEAD_BYTES + (64 << 10));
    private Iterator<byte[]> body = Collections.emptyIterator();
    private boolean answering;
    private boolean chunked;
    private boolean staysOpen = true;
    private long progressNanos = System.nanoTime();

    AdminConnection(Pages pages) {
        this(pages, PATIENCE_MS);
    }

    AdminConnection(Pages pages, long patienceMs) {
        this.pages = pages;
        this.patienceMs = patienceMs;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        watch(context);
    }

    private void watch(ChannelHandlerContext context) {
        context.executor()
                .schedule(
                        () -> {
                            long silentNanos = System.nanoTime() - progressNanos;
                            if (silentNanos > TimeUnit.MILLISECONDS.toNanos(patienceMs)) {
                                context.close();
                            } else if (context.channel().isActive()) {
                                watch(context);
                            }
                        },
                        Math.max(1, patienceMs / 4),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!staysOpen || bytes.readableBytes() > read.maxWritableBytes()) {
                context.close(); // more than anybody sends who waits for answers
                return;
            }
            read.writeBytes(bytes);
        } finally {
            bytes.release();
        }
        next(context);
    }

    /** Begins with the next request, if it is there and none is being answered. */
    private void next(ChannelHandlerContext context) {
        while (!answering && staysOpen) {
            String all = read.toString(StandardCharsets.ISO_8859_1);
            int end = endOfHead(all);
            if (end < 0 || end > MAX_HEAD_BYTES) {
                if (all.length() > MAX_HEAD_BYTES) {
                    staysOpen = false;
                    answer(context, Page.error(431, "the request's head is longer than " + MAX_HEAD_BYTES), false);
                }
                return;
            }
            read.skipBytes(all.startsWith("\r\n\r\n", end) ? end + 4 : end + 2);
            read.discardReadBytes();
            progressNanos = System.nanoTime();
            handle(context, RequestHead.parse(all.substring(0, end)));
        }
    }

    private static int endOfHead(String text) {
        int usual = text.indexOf("\r\n\r\n");
        int bare = text.indexOf("\n\n");
        return usual < 0 || (bare >= 0 && bare < usual) ? bare : usual;
    }

    private void handle(ChannelHandlerContext context, RequestHead head) {
        staysOpen = head.staysOpen();
        chunked = !head.isLegacy();
        if (head.problem() != 0) {
            answer(context, Page.error(head.problem(), "not a request that is understood here"), false);
        } else if (!head.isRead()) {
            staysOpen = false; // a body may follow
            answer(context, Page.error(405, "only GET and HEAD are answered here"), false);
        } else {
            answer(context, find(head.path()), head.isHead());
        }
    }

    private Page find(String path) {
        try {
            return pages.find(path)
                    .orElseGet(() -> Page.error(404, "there is nothing at this path"))
                    .begun();
        } catch (RuntimeException e) {
            LOG.error("The page {} cannot be made", path, e);
            return Page.error(500, "this page cannot be made; see the broker's log");
        }
    }

    private void answer(ChannelHandlerContext context, Page page, boolean headOnly) {
        answering = true;
        byte[] first = page.body().hasNext() ? page.body().next() : new byte[0];
        boolean isWhole = !page.body().hasNext();
        chunked &= !isWhole;
        staysOpen &= isWhole || chunked;
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(page.status())
                .append(' ')
                .append(reason(page.status()))
                .append("\r\nContent-Type: ")
                .append(page.contentType())
                .append("\r\nCache-Control: no-store\r\n");
        if (isWhole) {
            head.append("Content-Length: ").append(first.length).append("\r\n");
        } else if (chunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        if (page.status() == 405) {
            head.append("Allow: GET, HEAD\r\n");
        }
        head.append(staysOpen ? "" : "Connection: close\r\n").append("\r\n");
        context.write(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
        body = headOnly ? Collections.emptyIterator() : page.body();
        if (!headOnly) {
            write(context, first);
        }
        continueBody(context, headOnly);
    }

    private void write(ChannelHandlerContext context, byte[] piece) {
        if (piece.length == 0) {
            return;
        }
        if (!chunked) {
            context.write(Unpooled.wrappedBuffer(piece));
            return;
        }
        byte[] length = (Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        context.write(Unpooled.wrappedBuffer(length, piece, END));
    }

    private void continueBody(ChannelHandlerContext context, boolean headOnly) {
        try {
            while (body.hasNext() && context.channel().isWritable()) {
                write(context, body.next());
                context.flush(); // or all of it would count as not yet taken
                progressNanos = System.nanoTime();
            }
        } catch (RuntimeException e) {
            LOG.error("A page broke off", e);
            context.close(); // a client sees that it is not whole
            return;
        }
        if (body.hasNext()) {
            context.flush();
            return;
        }
        if (chunked && !headOnly) {
            context.write(Unpooled.wrappedBuffer(LAST_CHUNK));
        }
        answering = false;
        if (staysOpen) {
            context.flush();
        } else {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (answering && context.channel().isWritable()) {
            continueBody(context, false);
            next(context);
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Internal Server Error";
        };
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        read.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("An admin connection failed", cause);
        context.close();
    }
}
