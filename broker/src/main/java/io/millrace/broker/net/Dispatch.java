package io.millrace.broker.net;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Names;
import io.millrace.protocol.wire.Reader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one connection's requests handled, in their order, and their answers encoded.
 *
 * <p>Threading: frames are accepted on the connection's event loop. A small request whose handler need not wait for
 * anything is handled right there; all others on a request worker, and then those behind them, too, until it has caught
 * up. Answers are encoded on whichever thread has them, and come back to the event loop.
 */
final class Dispatch {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);
    private static final RateLimitedLog REFUSALS = new RateLimitedLog(LOG);

    /** Largest request whose content is copied to the heap, that is any but Produce, in bytes. */
    private static final int MAX_DECODED_BYTES = 16 << 20;

    /** Largest Produce that is handled on the event loop, in bytes: what is copied in about a millisecond. */
    private static final int MAX_PROMPT_PRODUCE_BYTES = 2 << 20;

    /** Largest other request that is: a byte of it means much more work than one of records. */
    private static final int MAX_PROMPT_BYTES = 64 << 10;

    private final String listener;
    private final Handlers handlers;
    private final Executor workers;
    private final Names names;
    private final Answers answers;
    private final NetMeters meters;
    private final ClientSoftware.Listener client;

    /** Made when a request needs a worker, and let go when none does: most connections are idle. */
    private Optional<RequestQueue> requests = Optional.empty();

    /** Whether a request was refused or has failed: those behind it are not done any more. */
    private volatile boolean refused;

    Dispatch(
            String listener,
            Handlers handlers,
            Executor workers,
            Names names,
            Answers answers,
            NetMeters meters,
            ClientSoftware.Listener client) {
        this.client = client;
        this.meters = meters;
        this.listener = listener;
        this.handlers = handlers;
        this.workers = workers;
        this.names = names;
        this.answers = answers;
    }

    /** Takes a frame over: has it handled, or refuses it and closes the connection. Event loop only. */
    void accept(ChannelHandlerContext context, Frame frame) {
        if (refused) {
            frame.release();
            return;
        }
        try {
            begin(context, frame);
        } catch (MalformedMessageException e) {
            frame.release();
            refuse(context, e.getMessage());
        } catch (RuntimeException | Error e) {
            failed(context, frame, "A request", e);
        }
    }

    private void begin(ChannelHandlerContext context, Frame frame) {
        ByteBuf bytes = frame.bytes();
        Reader in = new Reader(bytes.nioBuffer(), names);
        int id = bytes.readableBytes() < 4 ? -1 : bytes.getShort(bytes.readerIndex());
        int version = id < 0 ? -1 : bytes.getShort(bytes.readerIndex() + 2);
        ApiKey key = ApiKey.of(id);
        Optional<RequestHandler<ApiMessage, ApiMessage>> handler = key == null ? Optional.empty() : handlers.find(key);
        if (handler.isEmpty()) {
            throw new MalformedMessageException("API key " + id + " is not served");
        }
        if (!key.serves(version)) {
            if (key != ApiKey.API_VERSIONS || version < 0) {
                throw new MalformedMessageException(key.apiName() + " version " + version + " is not served");
            }
            int correlationId = RequestHeader.read(in, (short) 1).correlationId();
            RequestHeader oldest = new RequestHeader(key.id(), (short) 0, correlationId, null);
            Exchange exchange = exchange(context, frame, key, oldest, handler.get());
            answers.expect(exchange);
            queue(() -> tellVersions(exchange));
            return;
        }
        if (!bringsRecords(key) && in.remaining() > MAX_DECODED_BYTES) {
            throw new MalformedMessageException(key.apiName() + " of " + in.remaining() + " bytes");
        }
        RequestHeader header = RequestHeader.read(in, key.requestHeaderVersion(version));
        Exchange exchange = exchange(context, frame, key, header, handler.get());
        int promptBytes = key == ApiKey.PRODUCE ? MAX_PROMPT_PRODUCE_BYTES : MAX_PROMPT_BYTES;
        if (in.remaining() <= promptBytes && handler.get().isOftenPrompt() && isCaughtUp()) {
            handleHere(exchange, in);
        } else {
            answers.expect(exchange);
            queue(() -> handle(exchange, in));
        }
    }

    private Exchange exchange(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            RequestHandler<ApiMessage, ApiMessage> handler) {
        RequestMeters counted = meters.of(key);
        counted.came(header.requestApiVersion(), frame.bytes().readableBytes());
        return new Exchange(context, frame, key, header, handler, counted);
    }

    /** Whether nothing of this connection is with the workers. */
    private boolean isCaughtUp() {
        if (requests.isPresent() && requests.get().isIdle()) {
            requests = Optional.empty();
        }
        return requests.isEmpty();
    }

    private void queue(Runnable request) {
        if (requests.isEmpty()) {
            requests = Optional.of(new RequestQueue(workers));
        }
        requests.get().add(request);
    }

    private void handleHere(Exchange exchange, Reader in) {
        ApiMessage request = decode(exchange, in);
        answers.expect(exchange);
        try {
            Optional<CompletionStage<ApiMessage>> begun =
                    exchange.handler().tryHandle(requestContext(exchange), request);
            if (begun.isEmpty()) {
                queue(() -> handle(exchange, request));
                return;
            }
            send(exchange, begun.get());
            if (exchange.key() == ApiKey.FETCH && !exchange.isReady()) {
                answers.cancelWithClient(exchange, begun.get());
            }
        } catch (RuntimeException | Error e) {
            failed(exchange, e);
        }
    }

    /** Whether parts of the request stay slices of its frame until it is answered. */
    private static boolean bringsRecords(ApiKey key) {
        return key == ApiKey.PRODUCE || key == ApiKey.MIRROR_APPEND;
    }

    private ApiMessage decode(Exchange exchange, Reader in) {
        ApiKey key = exchange.key();
        int bytes = in.remaining();
        try {
            ApiMessage request = key.readRequest(in, exchange.header().requestApiVersion());
            in.expectEnd();
            if (request instanceof FetchRequest fetch) {
                exchange.countFor(meters.of(fetch), bytes);
            } else if (request instanceof ApiVersionsRequest versions) {
                tellClient(exchange, versions);
            }
            if (!bringsRecords(key)) {
                exchange.frame().release(); // only records stay slices of the frame
            }
            return request;
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException(key.apiName() + ": " + e.getMessage());
        }
    }

    private void tellClient(Exchange exchange, ApiVersionsRequest versions) {
        ClientSoftware.Kind kind =
                ClientSoftware.Kind.of(versions.clientSoftwareName(), versions.clientSoftwareVersion());
        if (exchange.context().executor().inEventLoop()) {
            client.isOf(kind);
        } else {
            later(exchange.context(), () -> client.isOf(kind));
        }
    }

    // ---- on a request worker

    private void handle(Exchange exchange, Reader in) {
        if (refused) {
            exchange.frame().release();
            return;
        }
        exchange.begun();
        ApiMessage request;
        try {
            request = decode(exchange, in);
        } catch (MalformedMessageException e) {
            exchange.frame().release();
            refuseLater(exchange.context(), e.getMessage());
            return;
        } catch (RuntimeException | Error e) {
            failed(exchange, e);
            return;
        }
        handle(exchange, request);
    }

    private void handle(Exchange exchange, ApiMessage request) {
        if (refused) {
            exchange.frame().release();
            return;
        }
        try {
            CompletionStage<ApiMessage> answer = exchange.handler().handle(requestContext(exchange), request);
            send(exchange, answer);
            if (exchange.key() == ApiKey.FETCH && !answer.toCompletableFuture().isDone()) {
                later(exchange.context(), () -> answers.cancelWithClient(exchange, answer));
            }
        } catch (RuntimeException | Error e) {
            failed(exchange, e);
        }
    }

    /** The answer to a version of ApiVersions that we lack: what there is, in the oldest form, which any client reads. */
    private void tellVersions(Exchange exchange) {
        try {
            ApiMessage all = ApiVersionsRequest.builder().build();
            send(
                    exchange,
                    exchange.handler().handle(requestContext(exchange), all).thenApply(versions -> {
                        return ApiVersionsResponse.builder()
                                .errorCode(ErrorCode.UNSUPPORTED_VERSION)
                                .apiKeys(((ApiVersionsResponse) versions).apiKeys())
                                .build();
                    }));
        } catch (RuntimeException | Error e) {
            failed(exchange, e);
        }
    }

    private RequestContext requestContext(Exchange exchange) {
        RequestHeader header = exchange.header();
        Channel channel = exchange.context().channel();
        return new RequestContext(
                header.requestApiVersion(),
                header.clientId() == null ? "" : header.clientId(),
                ((InetSocketAddress) channel.remoteAddress()).getAddress(),
                listener,
                (InetSocketAddress) channel.localAddress(),
                exchange.context().executor());
    }

    // ---- on the thread that has the answer

    private void send(Exchange exchange, CompletionStage<ApiMessage> answer) {
        exchange.returned();
        CompletableFuture<ApiMessage> future = answer.toCompletableFuture();
        if (future.isDone() && !future.isCompletedExceptionally()) { // as a rule, and then no callback is made
            answered(exchange, future.join());
            return;
        }
        answer.whenComplete((response, failure) -> {
            if (failure == null) {
                answered(exchange, response);
            } else {
                failed(exchange, failure);
            }
        });
    }

    private void answered(Exchange exchange, ApiMessage response) {
        ChannelHandlerContext context = exchange.context();
        RequestHeader header = exchange.header();
        exchange.answered(response);
        Optional<EncodedResponse> encoded;
        try {
            encoded = response instanceof NoAnswer
                    ? Optional.empty()
                    : Optional.of(EncodedResponse.encode(
                            context.alloc(),
                            exchange.key(),
                            header.requestApiVersion(),
                            header.correlationId(),
                            response));
        } catch (RuntimeException | Error e) { // Netty tells of used up memory by an error
            failed(exchange, e);
            return;
        }
        exchange.frame().release();
        if (context.executor().inEventLoop()) {
            answers.ready(exchange, encoded, response.throttleTimeMs());
            return;
        }
        try {
            context.executor().execute(() -> answers.ready(exchange, encoded, response.throttleTimeMs()));
        } catch (RejectedExecutionException e) { // the event loop has stopped, and the connection with it
            encoded.ifPresent(EncodedResponse::discard);
        }
    }

    private void failed(Exchange exchange, Throwable failure) {
        failed(exchange.context(), exchange.frame(), exchange.key().apiName(), failure);
    }

    private void failed(ChannelHandlerContext context, Frame frame, String what, Throwable thrown) {
        frame.release();
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof CancellationException) {
            return; // the client is gone
        }
        if (failure instanceof CloseConnection) {
            refuseLater(context, failure.getMessage());
            return;
        }
        refused = true;
        LOG.error(
                "{} from {} failed; its connection is closed",
                what,
                context.channel().remoteAddress(),
                failure);
        later(context, () -> close(context));
    }

    private void refuseLater(ChannelHandlerContext context, String why) {
        refused = true;
        later(context, () -> refuse(context, why));
    }

    private static void later(ChannelHandlerContext context, Runnable step) {
        try {
            context.executor().execute(step);
        } catch (RejectedExecutionException e) {
            LOG.debug("The event loop has stopped, and the connection with it", e);
        }
    }

    // ---- on the event loop

    /** Closes the connection for what its client did; what came behind that is not done any more. */
    void refuse(ChannelHandlerContext context, String why) {
        refused = true;
        if (!answers.isEnded()) {
            REFUSALS.warn("Closed the connection from " + context.channel().remoteAddress() + ": " + why);
            close(context);
        }
    }

    private void close(ChannelHandlerContext context) {
        answers.flush(context); // those that were ready before
        answers.end();
        context.close();
    }
}
