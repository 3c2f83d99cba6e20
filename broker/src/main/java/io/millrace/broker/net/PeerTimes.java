package io.millrace.broker.net;

/**
 * How long connections to peers take their time.
 *
 * @param connectMs for a connection to be made, looking up the name included
 * @param pingMs of silence after which a peer is pinged
 * @param pingAnswerMs for the answer to a ping; long, since what is late is not gone
 */
record PeerTimes(long connectMs, long pingMs, long pingAnswerMs) {
    private static final long CONNECT_MS = 2_000;
    private static final long PING_MS = 30_000;
    private static final long PING_ANSWER_MS = 10_000;

    /** @param maxIdleMs after which silent connections are closed; a peer is taken to do it as this broker does */
    static PeerTimes of(long maxIdleMs) {
        return new PeerTimes(CONNECT_MS, Math.max(1, Math.min(PING_MS, maxIdleMs / 3)), PING_ANSWER_MS);
    }
}
