package io.millrace.broker.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A web shop's access log in combined format, the same for the same seed: about 200 bytes a line, few paths and clients
 * that make most of the traffic and a long tail (Zipf), sizes over several orders of magnitude, browsers, robots and
 * scripts, a few errors. A million lines take about a second.
 *
 * <p>Every request carries its line's number in its query ({@code rid=}, base 36), so that a reader can tell which line
 * it has.
 *
 * <p>Threading: one thread.
 */
final class AccessLog {
    private static final Instant START = Instant.parse("2026-11-22T06:00:00Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern(" - - '['dd/MMM/yyyy:HH:mm:ss Z'] \"'", Locale.ROOT);
    private static final int LINES_PER_SECOND = 40;
    private static final byte[] NUMBER_MARK = ascii("rid=");
    private static final byte[] QUERY = ascii("?");
    private static final byte[] QUERY_WITH_SOURCE = ascii("?src=mail&");
    private static final byte[] HTTP_1 = ascii(" HTTP/1.1\" ");
    private static final byte[] HTTP_2 = ascii(" HTTP/2.0\" ");
    private static final byte[] GET = ascii("GET ");
    private static final byte[] POST = ascii("POST ");
    private static final byte[] HEAD = ascii("HEAD ");

    private final SplittableRandom random;
    private final Zipf clients;
    private final Zipf pages;
    private final byte[][] addresses;
    private final byte[][] paths = AccessLogWords.paths();
    private final byte[][] referers = AccessLogWords.referers();
    private final byte[][] agents = AccessLogWords.agents();
    private final Zipf agentRanks = new Zipf(agents.length, 0.9);
    private final Line line = new Line();
    private long number;
    private byte[] time = {};

    AccessLog(long seed) {
        random = new SplittableRandom(seed);
        addresses = AccessLogWords.addresses(random.split());
        clients = new Zipf(addresses.length, 0.8);
        pages = new Zipf(paths.length, 1.05);
    }

    /** The next line, without its end of line. */
    byte[] next() {
        line.reset();
        line.add(addresses[clients.next(random)]);
        line.add(time());
        int page = pages.next(random);
        int status = status();
        line.add(method(page));
        line.add(paths[page]);
        line.add(random.nextInt(5) == 0 ? QUERY_WITH_SOURCE : QUERY);
        line.add(NUMBER_MARK);
        line.add(ascii(Long.toString(number, 36)));
        line.add(random.nextInt(3) == 0 ? HTTP_1 : HTTP_2);
        line.add(ascii(Integer.toString(status)));
        line.add(' ');
        line.add(ascii(Long.toString(size(status))));
        line.add(ascii(" \""));
        line.add(referers[random.nextInt(2) == 0 ? 0 : random.nextInt(referers.length)]);
        line.add(ascii("\" \""));
        line.add(agents[agentRanks.next(random)]);
        line.add('"');
        number++;
        return line.toByteArray();
    }

    /** The number of a line that {@link #next} made, counted from 0; -1 for anything else. */
    static long numberOf(byte[] line) {
        for (int start = 0; start + NUMBER_MARK.length < line.length; start++) {
            int matched = 0;
            while (matched < NUMBER_MARK.length && line[start + matched] == NUMBER_MARK[matched]) {
                matched++;
            }
            if (matched == NUMBER_MARK.length) {
                long value = 0;
                for (int i = start + matched; i < line.length && line[i] != ' '; i++) {
                    value = value * 36 + Character.digit(line[i], 36);
                }
                return value;
            }
        }
        return -1;
    }

    private byte[] time() {
        if (number % LINES_PER_SECOND == 0) {
            time = ascii(START.plusSeconds(number / LINES_PER_SECOND).atOffset(ZoneOffset.UTC).format(TIME));
        }
        return time;
    }

    private byte[] method(int page) {
        int chance = random.nextInt(100);
        return chance < 2 ? HEAD : page % 17 == 3 && chance < 60 ? POST : GET;
    }

    private int status() {
        int chance = random.nextInt(1000);
        if (chance < 878) {
            return 200;
        }
        if (chance < 938) {
            return 304;
        }
        if (chance < 963) {
            return 302;
        }
        if (chance < 990) {
            return 404;
        }
        return chance < 995 ? 403 : chance < 998 ? 499 : 500;
    }

    /** Bytes sent: most answers have some kilobytes, a few have megabytes. */
    private long size(int status) {
        if (status == 304 || status == 499) {
            return 0;
        }
        if (status != 200) {
            return 150L + random.nextInt(400);
        }
        long scale = 1L << (8 + random.nextInt(7) + random.nextInt(7));
        return scale + random.nextLong(scale);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Bytes of one line, in a buffer that is used again. */
    private static final class Line extends ByteArrayOutputStream {
        private Line() {
            super(512);
        }

        void add(byte[] bytes) {
            write(bytes, 0, bytes.length);
        }

        void add(char c) {
            write(c);
        }
    }
}
