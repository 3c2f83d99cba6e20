package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.concurrent.CompletionStage;

/**
 * How this broker asks the others, and finds out that one is gone.
 *
 * <p>Threading: any thread may call; nothing blocks. Stages complete on a thread of the implementation's, which must not
 * be kept: whoever attaches to one only schedules.
 */
public interface PeerClient extends AutoCloseable {
    /** What a connection is for: requests of one purpose wait for one another, not for those of another. */
    enum Purpose {
        /** Fetching what a peer leads; at most two requests are under way at a time. */
        REPLICATION,
        /** Short questions, and the connection whose end tells that a peer is gone. */
        CONTROL
    }

    /** What became of an attempt to connect. */
    enum Reach {
        /** Somebody accepts connections there. */
        ANSWERS,
        /** The host is there, and nobody listens at the address: the peer's process is gone. */
        REFUSED,
        /** Nothing came back in time. It says nothing about the peer. */
        SILENT
    }

    /**
     * Asks a peer, over a connection that is made when it is first needed and kept. Answers come in the order of the
     * requests of one purpose.
     *
     * @param version of the request; the peer's own versions are not asked for first
     * @param timeoutMs for the answer, connecting included; afterwards the connection is given up
     * @return the answer, which the caller owns: records in it lie in memory that is let go by {@code release} of each.
     *     Fails with {@link PeerException} if the connection broke, none could be made, or the time is over
     */
    <T extends ApiMessage> CompletionStage<T> ask(
            BrokerRegistration peer,
            Purpose purpose,
            ApiKey key,
            short version,
            ApiMessage request,
            Class<T> answer,
            long timeoutMs);

    /**
     * Keeps a connection to a peer that nothing is sent over but what {@link #ask} with CONTROL sends.
     *
     * @return completes when it is no longer there, or could not be made
     */
    CompletionStage<Void> lost(BrokerRegistration peer);

    /** Tries a new connection, apart from those that are kept, for at most a second. Never fails. */
    CompletionStage<Reach> dial(BrokerRegistration peer);

    /** Closes all connections; what waits fails. */
    @Override
    void close();
}
