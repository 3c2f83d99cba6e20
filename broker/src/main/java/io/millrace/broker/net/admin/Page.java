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

    /** The same page with its first piece made: what cannot be made at all is found out while another may be given. */
    Page begun() {
        return body.hasNext() ? new Page(status, contentType, new Begun(body.next(), body)) : this;
    }

    private static final class Begun implements Iterator<byte[]> {
        private final Iterator<byte[]> rest;
        private byte[] first;

        Begun(byte[] first, Iterator<byte[]> rest) {
            this.first = first;
            this.rest = rest;
        }

        @Override
        public boolean hasNext() {
            return first != null || rest.hasNext();
        }

        @Override
        public byte[] next() {
            if (first == null) {
                return rest.next();
            }
            byte[] given = first;
            first = null;
            return given;
        }
    }

    static Page error(int status, String why) {
        return new Page(
                status,
                "text/plain; charset=utf-8",
                List.of((why + "\n").getBytes(StandardCharsets.UTF_8)).iterator());
    }
}
