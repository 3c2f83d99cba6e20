package io.millrace.broker.replica;

/**
 * A broker that follows.
 *
 * @param brokerEpoch of its registration, by which one of its lives is told from another; -1 if it does not tell
 */
public record Follower(int brokerId, long brokerEpoch) {}
