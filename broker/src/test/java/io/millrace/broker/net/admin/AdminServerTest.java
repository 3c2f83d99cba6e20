package io.millrace.broker.net.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The admin port as clients of all manners meet it. */
@Timeout(60)
final class AdminServerTest {
    private static final int PIECES = 500;

    private final AtomicInteger made = new AtomicInteger();
    private AdminServer server;

    @BeforeEach
    void open() throws IOException {
        server = AdminServer.open(new AdminConfig.Address("127.0.0.1", 0), path -> switch (path) {
            case "/small" -> Optional.of(Page.json(200, "{}"));
            case "/large" -> Optional.of(new Page(200, "text/plain", pieces()));
            case "/broken" -> throw new IllegalStateException("as the test wants it");
            case "/broken-inside" ->
                Optional.of(new Page(
                        200,
                        "text/plain",
                        Stream.<byte[]>generate(() -> {
                                    throw new IllegalStateException("as the test wants it");
                                })
                                .iterator()));
            default -> Optional.empty();
        });
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Iterator<byte[]> pieces() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < PIECES;
            }

            @Override
            public byte[] next() {
                made.incrementAndGet();
                byte[] piece = new byte[40_000];
                java.util.Arrays.fill(piece, (byte) ('a' + next++ % 26));
                return piece;
            }
        };
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    /** What comes back until the server closes the connection. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void pagesAreServedWholeAndInPieces() throws Exception {
        assertEquals("{}\n", new String(get("/small?x=1").body(), StandardCharsets.UTF_8));
        HttpResponse<byte[]> large = get("/large");
        assertEquals(200, large.statusCode());
        assertEquals(PIECES * 40_000, large.body().length);
        assertEquals('z', large.body()[25 * 40_000]);
    }

    @Test
    void whatIsNotThereIsSaidSo() throws Exception {
        assertEquals(404, get("/nothing").statusCode());
        assertEquals(404, get("/small/..%2f..").statusCode());
        assertEquals(500, get("/broken").statusCode());
        assertEquals(500, get("/broken-inside").statusCode());
    }

    @Test
    void badRequestsAreRefused() throws Exception {
        assertTrue(raw("POST /small HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").startsWith("HTTP/1.1 405 "));
        assertTrue(raw("GARBAGE\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(raw("GET small HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(raw("GET /small HTTP/1.1\r\nno colon\r\n\r\n").startsWith("HTTP/1.1 400 "));
        assertTrue(raw("GET /small HTTP/2.0\r\n\r\n").startsWith("HTTP/1.1 505 "));
        assertTrue(raw("GET /small HTTP/1.1\r\nX: " + "y".repeat(9000)).startsWith("HTTP/1.1 431 "));
        assertEquals(200, get("/small").statusCode());
    }

    @Test
    void requestsBehindOneAnotherAreAnsweredInOrder() throws Exception {
        String answers = raw(String.join(
                "\r\n\r\n",
                "GET /small HTTP/1.1\r\nHost: x",
                "HEAD /large HTTP/1.1",
                "GET /nothing HTTP/1.1\r\nConnection: close",
                ""));
        int first = answers.indexOf("200 OK");
        int second = answers.indexOf("200 OK", first + 1);
        int third = answers.indexOf("404 Not Found");
        assertTrue(first > 0 && second > first && third > second, answers);
    }

    @Test
    void olderClientsGetNoChunks() throws Exception {
        String answer = raw("GET /large HTTP/1.0\r\n\r\n");
        int body = answer.indexOf("\r\n\r\n") + 4;
        assertEquals(PIECES * 40_000, answer.length() - body);
    }

    @Test
    void whoReadsSlowlyHasNoMoreMadeThanHeTakes() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 << 10);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.getOutputStream().write("GET /large HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertEquals('H', in.read());
            assertEquals(200, get("/small").statusCode()); // on the same event loop, which has done all it can by then
            assertTrue(made.get() < PIECES, "made " + made.get());
        }
    }

    @Test
    void aTakenPortIsToldOf() {
        IOException taken = assertThrows(
                IOException.class,
                () -> AdminServer.open(new AdminConfig.Address("127.0.0.1", server.port()), path -> Optional.empty()));
        assertTrue(taken.getMessage().contains("in use"), taken.getMessage());
    }
}
