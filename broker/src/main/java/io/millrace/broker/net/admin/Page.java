package io.millrace.broker.net.admin;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/**
 * An answer.
 *
 * @param body in pieces, each made when the one before it is on its way; never waits
 */
public record Page(int status, String contentType, Iterator<byte[]> body) {
    public static Page json(int status, String json) {
        return new Page(
                status,
                "application/json",
                List.of((json + "\n").getBytes(StandardCharsets.UTF_8)).iterator());
    }

    static Page error(int status, String why) {
        return new Page(
                status,
                "text/plain; charset=utf-8",
                List.of((why + "\n").getBytes(StandardCharsets.UTF_8)).iterator());
    }
}
