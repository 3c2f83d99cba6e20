package io.millrace.broker.coordinator;

/**
 * Bounds of every shard.
 *
 * @param maxQueuedCommands how many commands may wait for their turn; more are answered COORDINATOR_LOAD_IN_PROGRESS,
 *     upon which clients ask the same broker again a little later
 * @param commitTimeoutMs how long an answer waits for its records to be committed
 * @param loadBufferBytes how much of the log is read at a time while loading
 */
public record ShardConfig(int maxQueuedCommands, long commitTimeoutMs, int loadBufferBytes) {}
